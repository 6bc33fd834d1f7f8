export type * from './types.ts';
export { remediesForCause, REMEDIES, type RemedyName } from './remedies.ts';
export { addAnchorParameters, type AddAnchorParameters } from './trust-store-add-anchor/schema.ts';
export { anchorFileContent, anchorFileName } from './trust-store-add-anchor/anchor-file.ts';
export { otherHolders } from './trust-store-add-anchor/undo-effect.ts';
