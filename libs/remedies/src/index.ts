export type * from './types.ts';
export { remediesForCause, REMEDIES, type RemedyName } from './remedies.ts';
export {
  anchorParameters,
  bundlePathOf,
  bundleStoreId,
  type AnchorParameters,
} from './anchor-stores/schema.ts';
export {
  ANCHOR_WAYS,
  roleOf,
  type AnchorWay,
  type EntryWay,
  type Exclusion,
  type FileWay,
  type StoreRole,
} from './anchor-stores/drivers.ts';
export { anchorFileContent, anchorFileName } from './anchor-stores/anchor-file.ts';
export { alone, holdersOf, isIn, onHost, shipsBeside, storeIn, whyNoStore } from './anchor-stores/target.ts';
export { otherHolders } from './anchor-stores/undo.ts';
