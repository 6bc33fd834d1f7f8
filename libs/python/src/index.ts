export type * from './ports.ts';
export type * from './types.ts';
export { collectVariables } from './variables/collect-variables.ts';
export { collectBundles } from './bundles/collect-bundles.ts';
export type { FoundBundles } from './bundles/wanted-bundles.ts';
export { discoverPythons } from './pythons/discover-pythons.ts';
export { collectCode, type CodeResult, type CollectCodeOptions } from './code/collect-code.ts';
