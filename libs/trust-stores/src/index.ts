export type * from './ports.ts';
export * from './types.ts';
export { createTrustStores } from './create-trust-stores.ts';
export { configurationProfile } from './drivers/macos/configuration-profile.ts';
