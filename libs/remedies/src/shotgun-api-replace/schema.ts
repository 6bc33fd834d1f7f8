import { sha256Hex } from '@trustfleet/protocol';
import { z } from 'zod';
import { plainPath } from '../plain-path.ts';
import { packageVersion } from '../python-upgrade-package/schema.ts';

/** A release of shotgun_api3: `wheel` is the SHA-256 of its wheel or source archive (zip), an artifact of the order. */
export const apiChoice = z.strictObject({ version: packageVersion, wheel: sha256Hex });
export type ApiChoice = z.infer<typeof apiChoice>;

/** `path`: the loose copy (its directory) or single file, as the section `shotgrid` names it. */
export const shotgunApiReplaceParameters = z.strictObject({ path: plainPath, ...apiChoice.shape });
export type ShotgunApiReplaceParameters = z.infer<typeof shotgunApiReplaceParameters>;
