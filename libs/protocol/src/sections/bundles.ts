import { z } from 'zod';
import { hostPath, shortText } from '../primitives.ts';
import { bundleFile } from './bundle-file.ts';
import { caVariableName, variableScope } from './variables.ts';

/** Why a bundle is in the inventory: who would load it. */
export const bundleProvenance = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('variable'),
    name: caVariableName,
    scope: variableScope,
    owner: shortText.nullable(),
    source: hostPath,
  }),
  z.looseObject({ kind: z.literal('certifi'), python: hostPath, version: shortText.nullable() }),
]);
export type BundleProvenance = z.infer<typeof bundleProvenance>;

export const inventoryBundle = bundleFile.extend({ provenance: z.array(bundleProvenance).min(1).max(200) });
export type InventoryBundle = z.infer<typeof inventoryBundle>;

export const bundlesSection = z.looseObject({ bundles: z.array(inventoryBundle).max(500) });
export type BundlesSection = z.infer<typeof bundlesSection>;
