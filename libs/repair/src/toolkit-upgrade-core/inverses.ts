import { z } from 'zod';
import { restoreFile } from '../guarded-files/inverse.ts';

/** How the steps of toolkit.upgradeCore are taken back; kept in the journal. */
export const coreInverse = z.discriminatedUnion('kind', [
  restoreFile,
  z.looseObject({
    kind: z.literal('tankCore'),
    /** `<root>/install/core`. */
    location: z.string(),
    version: z.string().nullable(),
    /** Of the tree before, see `contentDigest`. */
    digest: z.string().nullable(),
    /** Folders of `install/core.backup` that were there before. */
    backups: z.array(z.string()),
    /** core_api.yml before; `written` is null: tank writes it. */
    settings: restoreFile,
  }),
  z.looseObject({
    kind: z.literal('coreLeft'),
    /** Of the tree, and of core_api.yml, as tank left them. */
    digest: z.string().nullable(),
    settings: z.string().nullable(),
  }),
]);
export type CoreInverse = z.infer<typeof coreInverse>;
export type TankCore = Extract<CoreInverse, { kind: 'tankCore' }>;
export type CoreLeft = Extract<CoreInverse, { kind: 'coreLeft' }>;
export type Restore = Extract<CoreInverse, { kind: 'restoreFile' }>;

export interface Inverses {
  readonly files: readonly Restore[];
  readonly core: TankCore | null;
  readonly left: CoreLeft | null;
}

export function inversesIn(journaled: readonly unknown[]): Inverses {
  const all = journaled.map((one) => coreInverse.parse(one));
  return {
    files: all.flatMap((one) => (one.kind === 'restoreFile' ? [one] : [])),
    core: all.find((one): one is TankCore => one.kind === 'tankCore') ?? null,
    left: all.findLast((one): one is CoreLeft => one.kind === 'coreLeft') ?? null,
  };
}
