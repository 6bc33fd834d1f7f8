export type * from './ports.ts';
export type * from './types.ts';
export { createTrustStores } from './create-trust-stores.ts';
