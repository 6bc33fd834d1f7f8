export * from './fake-clock.ts';
export * from './postgres-lab.ts';
export * from './runtimes/index.ts';
export * from './tls-lab.ts';
export * from './wine/index.ts';
