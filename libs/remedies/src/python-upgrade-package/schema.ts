import { sha256Hex } from '@trustfleet/protocol';
import { z } from 'zod';
import { plainPath } from '../plain-path.ts';

/** Packages that carry or decide trust. */
export const UPGRADABLE_PACKAGES = ['certifi', 'requests', 'httplib2', 'shotgun_api3', 'truststore'] as const;

/** PEP 440, final releases alone. */
export const packageVersion = z.string().regex(/^\d{1,6}(\.\d{1,6}){0,4}(\.?post\d{1,4})?$/);

/** A wheel by its file name, whose tags pip reads, and the SHA-256 of its bytes, which are an artifact of the order. */
export const wheel = z.strictObject({
  fileName: z
    .string()
    .regex(
      /^[A-Za-z0-9_.]+-[A-Za-z0-9_.!+]+(-\d[A-Za-z0-9_]*)?-[A-Za-z0-9_.]+-[A-Za-z0-9_.]+-[A-Za-z0-9_.]+\.whl$/,
    )
    .max(255),
  sha256: sha256Hex,
});

/** Where pip takes it from: the index that this Python environment is configured for, or these wheels and nothing else. */
export const packageSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('index') }),
  z.strictObject({ kind: z.literal('wheels'), wheels: z.array(wheel).min(1).max(32) }),
]);

export const packageChoice = z.strictObject({
  package: z.enum(UPGRADABLE_PACKAGES),
  version: packageVersion,
  source: packageSource,
});
export type PackageChoice = z.infer<typeof packageChoice>;

/** `python`: the Python environment, as the section `pythons` names it (`path`). */
export const pythonUpgradePackageParameters = z.strictObject({ python: plainPath, ...packageChoice.shape });
export type PythonUpgradePackageParameters = z.infer<typeof pythonUpgradePackageParameters>;
