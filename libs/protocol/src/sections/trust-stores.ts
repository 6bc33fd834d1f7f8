import { z } from 'zod';
import { hostPath, sha256Hex, shortText } from '../primitives.ts';
import { bundleFile } from './bundle-file.ts';

/** An anchor that someone put on this machine, by the file that holds it. */
export const localAnchor = z.looseObject({
  path: hostPath,
  anchor: sha256Hex.nullable(),
  problem: shortText.nullable(),
});
export type LocalAnchor = z.infer<typeof localAnchor>;

export const trustStore = z.looseObject({
  /** Stable within a host, e.g. `debian`. */
  id: z.string().regex(/^[a-z0-9][a-z0-9:._-]{0,63}$/i),
  driver: z.string().max(64),
  /** True for the one store that the operating system's own programs consult. */
  operatingSystem: z.boolean(),
  name: shortText,
  /** What programs load: the extracted bundle. Its `anchors` are what the store trusts. */
  bundle: bundleFile,
  /** Where additions go; null when this machine has no such directory. */
  anchorDirectory: hostPath.nullable(),
  localAnchors: z.array(localAnchor).max(2000),
  /** Tool and directory are there, so additions are possible; otherwise `cannotChange` says why. */
  cannotChange: shortText.nullable(),
});
export type TrustStore = z.infer<typeof trustStore>;

export const trustStoresSection = z.looseObject({ stores: z.array(trustStore).max(64) });
export type TrustStoresSection = z.infer<typeof trustStoresSection>;
