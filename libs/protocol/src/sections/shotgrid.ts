import { z } from 'zod';
import { hostPath, sha256Hex, shortText } from '../primitives.ts';
import { collectorProblem } from './collector-problem.ts';
import { MAX_SHARES, sharedFrom, shareState } from './share.ts';

/** How a copy of shotgun_api3 lies there (shotgrid.md §1.1). `zip`: inside a core's pkgs.zip. */
export const apiForm = z.enum(['pip', 'egg', 'loose', 'singleFile', 'vendored', 'zip']);
export type ApiForm = z.infer<typeof apiForm>;

/** A CA file that a copy brings (shotgrid.md §1.2). */
export const apiBundle = z.looseObject({
  /** Absolute; `file.zip!member` inside a zip. */
  path: hostPath,
  /** Null where it could not be read. */
  sha256: sha256Hex.nullable(),
  /** Certificates in it. */
  certificates: z.int().nonnegative(),
});
export type ApiBundle = z.infer<typeof apiBundle>;

/** One copy of shotgun_api3. */
export const shotgunApi = z.looseObject({
  /** The file that holds the true version: `…/shotgun_api3/shotgun.py`, `…/shotgun_api3.py`, `pkgs.zip!shotgun_api3/shotgun.py`. */
  path: hostPath,
  /** The package's directory (or the single file itself); `file.zip!shotgun_api3` in a zip. */
  location: hostPath,
  form: apiForm,
  /** `__version__`; null where the file states none. */
  version: shortText.nullable(),
  /** What pip's metadata says; often wrong (shotgrid.md §1.1), never the truth. */
  metadataVersion: shortText.nullable(),
  /** Of the file at `path`. */
  sha256: sha256Hex.nullable(),
  bundles: z.array(apiBundle).max(16),
  /** info.yml of the Toolkit core that vendors it. */
  core: hostPath.nullable(),
  /** Feature version such as `3.11` of the pkgs.zip it lies in. */
  zipPython: shortText.nullable(),
  /** False for a backup (`install/core.backup`) or a cached core that no configuration names. */
  inUse: z.boolean(),
  shared: sharedFrom.nullable(),
});
export type ShotgunApi = z.infer<typeof shotgunApi>;

export const coreKind = z.enum([
  'bundleCache',
  'localized',
  'shared',
  'desktopStartup',
  'pip',
  'checkout',
  'backup',
]);
export type CoreKind = z.infer<typeof coreKind>;

/** One Toolkit core (shotgrid.md §2.1). */
export const toolkitCore = z.looseObject({
  /** Its info.yml; of a pip install the metadata file. */
  path: hostPath,
  location: hostPath,
  kind: coreKind,
  version: shortText.nullable(),
  /** Copies of the API that it brings, by the `path` of {@link shotgunApi}. */
  apis: z.array(hostPath).max(16),
  inUse: z.boolean(),
  /** Configurations (or the Desktop start-up) that run it. */
  usedBy: z.array(hostPath).max(200),
  shared: sharedFrom.nullable(),
});
export type ToolkitCore = z.infer<typeof toolkitCore>;

/** `core_api.yml`'s location, dict and URI form alike (shotgrid.md §2.1, table of descriptors). `version` null: the latest, at run time. */
export const coreDescriptor = z.looseObject({
  type: shortText,
  name: shortText.nullable(),
  version: shortText.nullable(),
  /** As it stands, credentials masked. */
  text: shortText,
});

export const toolkitConfiguration = z.looseObject({
  /** The configuration's root. */
  path: hostPath,
  kind: z.enum(['localized', 'sharedCore', 'bootstrapped', 'descriptor']),
  core: coreDescriptor.nullable(),
  /** info.yml of the core it resolves to; null where that is not on this machine. */
  corePath: hostPath.nullable(),
  /** Host of `shotgun.yml`; never a credential. */
  site: shortText.nullable(),
  /** Names, not values, of the keys of `shotgun.yml`: it holds secrets. */
  keys: z.array(shortText).max(32),
  /** `interpreter_<OS>.cfg`, expanded. */
  interpreter: hostPath.nullable(),
  shared: sharedFrom.nullable(),
});
export type ToolkitConfiguration = z.infer<typeof toolkitConfiguration>;

/** All arrays sorted by `path`. */
export const shotgridSection = z.looseObject({
  apis: z.array(shotgunApi).max(1000),
  cores: z.array(toolkitCore).max(500),
  configurations: z.array(toolkitConfiguration).max(500),
  problems: z.array(collectorProblem).max(200),
  /** Shares that the discovery was allowed to read and asked. Sorted; absent where there are none. */
  shares: z.array(shareState).max(MAX_SHARES).optional(),
});
export type ShotgridSection = z.infer<typeof shotgridSection>;
