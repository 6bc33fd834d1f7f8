export * from './pinned.ts';
export * from './fetch-pinned.ts';
