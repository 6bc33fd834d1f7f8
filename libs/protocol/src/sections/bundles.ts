import { z } from 'zod';
import { hostPath, shortText } from '../primitives.ts';
import { bundleFile } from './bundle-file.ts';
import { clientOption } from './client-option.ts';
import { sharedFrom } from './share.ts';
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
  /** A directory of hashed names or a file that Pythons load by default: compiled-in paths. */
  z.looseObject({ kind: z.literal('pythonDefault'), python: hostPath }),
  /** A CA file that another package brings: httplib2, pip's own certifi, old requests. */
  z.looseObject({
    kind: z.literal('package'),
    name: shortText,
    python: hostPath,
    version: shortText.nullable(),
  }),
  z.looseObject({ kind: z.literal('shotgunApi'), api: hostPath, version: shortText.nullable() }),
  z.looseObject({ kind: z.literal('certifi'), python: hostPath, version: shortText.nullable() }),
  /** An option of a client's own configuration file names it (python-tls.md §4). */
  z.looseObject({
    kind: z.literal('option'),
    client: clientOption.shape.client,
    name: clientOption.shape.name,
    source: hostPath,
  }),
  /** Code names it: the file in the section `code`. */
  z.looseObject({ kind: z.literal('code'), path: hostPath }),
]);
export type BundleProvenance = z.infer<typeof bundleProvenance>;

export const inventoryBundle = bundleFile.extend({
  /** `directory`: of subject-hash names, where OpenSSL looks one up by its subject; `anchors` are those it would find. */
  form: z.enum(['file', 'directory']).optional(),
  /** Paths besides `path` that lead to the same object and say it in a provenance. Sorted; absent where there are none. */
  otherPaths: z.array(hostPath).min(1).max(200).optional(),
  /** Set where it lies on a share: who exports it. */
  shared: sharedFrom.nullable().optional(),
  provenance: z.array(bundleProvenance).min(1).max(200),
});
export type InventoryBundle = z.infer<typeof inventoryBundle>;

export const bundlesSection = z.looseObject({ bundles: z.array(inventoryBundle).max(500) });
export type BundlesSection = z.infer<typeof bundlesSection>;
