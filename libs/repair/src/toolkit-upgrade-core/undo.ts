import { createHash } from 'node:crypto';
import type { CoreUndoContext } from '@trustfleet/remedies';
import { fileLeft, restoreFileStep } from '../guarded-files/steps.ts';
import { StepFailedError, StepRefusedError, type UndoStep } from '../remedy.ts';
import { inversesIn, type CoreLeft, type Inverses, type TankCore } from './inverses.ts';
import type { CoreAccess } from './ports.ts';
import { digestOf, installOf, rootOf, treeDigest } from './standing.ts';
import { backupsOf } from './steps.ts';

const PUT_BACK = {
  names: { remove: 'removeCoreApi', restore: 'putCoreApiBack' },
  advice: 'Look who changed it, and write the wanted version into it by hand.',
};

/** The core as it is now. */
export interface CoreNow {
  readonly version: string | null;
  /** Of its tree; null where it has none. */
  readonly digest: string | null;
}

/** What a run's journal says, beside what has become of it. */
export async function whatIsLeft(
  access: CoreAccess,
  journaled: readonly unknown[],
  now: CoreNow,
): Promise<CoreUndoContext> {
  const { files, core, left } = inversesIn(journaled);
  return {
    files: await Promise.all(files.map((inverse) => fileLeft(access.files, inverse))),
    core: core === null ? null : await coreLeft(access, { core, left, now }),
  };
}

async function coreLeft(
  access: CoreAccess,
  { core, left, now }: { core: TankCore; left: CoreLeft | null; now: CoreNow },
): Promise<NonNullable<CoreUndoContext['core']>> {
  const standing = standingOf(core, left, now);
  const backup = standing === 'asLeft' ? await backupOfRun(access, core) : null;
  return {
    ...{ path: core.location, now: now.version, previous: core.version, standing },
    noBackup: backup !== null && 'reason' in backup ? backup.reason : null,
  };
}

type Standing = NonNullable<CoreUndoContext['core']>['standing'];

function standingOf(core: TankCore, left: CoreLeft | null, { digest }: CoreNow): Standing {
  if (digest === core.digest) return 'asBefore';
  return left === null || left.digest === digest ? 'asLeft' : 'changed';
}

/** Is nothing of what the run left there any more? */
export async function isGone(
  access: CoreAccess,
  journaled: readonly unknown[],
  now: CoreNow,
): Promise<boolean> {
  const { files, core, left } = inversesIn(journaled);
  if (core !== null && standingOf(core, left, now) === 'asLeft') return false;
  const found = await Promise.all(files.map((inverse) => fileLeft(access.files, inverse)));
  return found.every((file) => file.now !== file.written);
}

type Backup = { readonly path: string } | { readonly reason: string };

/** The one folder that the run's tank made, while it holds exactly the core from before. */
async function backupOfRun(access: CoreAccess, { location, backups, digest }: TankCore): Promise<Backup> {
  const install = installOf(access.platform, rootOf(location));
  const made = (await backupsOf(access, location)).filter((name) => !backups.includes(name));
  const [only] = made;
  const separator = access.platform === 'windows' ? '\\' : '/';
  const base = `${install}${separator}core.backup`;
  if (only === undefined || made.length > 1)
    return {
      reason: `${base} holds ${made.length} copies since that job began, where its own one belongs: the core is left as it is. Bring it to the wanted version with tank core.`,
    };
  const writer = await access.writerOf(install);
  if (writer.kind === 'nobody') return { reason: writer.reason };
  const found = await access.work(writer.account, { do: 'digest', base, name: only });
  return found.digest === digest
    ? { path: `${base}${separator}${only}` }
    : {
        reason: `${base}${separator}${only} is not the whole core that stood there before: it is not put back. Bring the core to the wanted version with tank core.`,
      };
}

/** Steps back for whatever steps began; the same take a failed attempt back and carry out an order to undo. */
export function undoSteps(access: CoreAccess, journaled: readonly unknown[]): UndoStep[] {
  const inverses = inversesIn(journaled);
  const files = inverses.files.map((inverse) => restoreFileStep(access.files, inverse, PUT_BACK));
  return inverses.core === null ? files : [putCoreBackStep(access, inverses.core, inverses), ...files];
}

function putCoreBackStep(access: CoreAccess, core: TankCore, { left }: Inverses): UndoStep {
  return {
    name: 'putCoreBack',
    derives: false,
    inverse: () => Promise.resolve({ kind: 'coreLeft', digest: core.digest, settings: null }),
    async run() {
      await putTreeBack(access, core, left);
      await putSettingsBack(access, core, left);
    },
  };
}

async function putTreeBack(access: CoreAccess, core: TankCore, left: CoreLeft | null): Promise<void> {
  const { location, digest } = core;
  const base = installOf(access.platform, rootOf(location));
  const writer = await access.writerOf(base);
  if (writer.kind === 'nobody') throw new StepFailedError(writer.reason);
  const place = { base, name: 'core', token: tokenOf(core) } as const;
  const now = await treeDigest(access, location);
  // Stopped between the two renames nothing stands there: what was staged is whole by then.
  if (now !== digest) {
    if (left !== null && now !== null && now !== left.digest)
      throw new StepRefusedError(
        `${location} is no longer the core that tank left there, so it was left as it is. Bring it to the wanted version with tank core.`,
      );
    const backup = await backupOfRun(access, core);
    if ('reason' in backup) throw new StepRefusedError(backup.reason);
    await access.work(writer.account, { do: 'stageCopy', ...place, from: backup.path });
    if (now !== null) await access.work(writer.account, { do: 'setAside', ...place });
    await access.work(writer.account, { do: 'putInPlace', ...place });
  }
  await access.work(writer.account, { do: 'clean', ...place });
}

/** tank writes core_api.yml anew: its earlier content comes back, while it is as tank left it. */
async function putSettingsBack(access: CoreAccess, core: TankCore, left: CoreLeft | null): Promise<void> {
  const { path, previous, attributes } = core.settings;
  const now = digestOf(await access.files.readFile(path));
  if (left !== null && now !== left.settings && now !== digestOf(bytesOf(previous)))
    throw new StepRefusedError(
      `${path} no longer holds what tank wrote there, so it was left as it is. ${PUT_BACK.advice}`,
    );
  const bytes = bytesOf(previous);
  if (bytes === null) await access.files.removeFile(path);
  else if (now !== digestOf(bytes)) await access.files.writeFile(path, bytes, attributes ?? undefined);
  await access.files.sweep(path);
}

const bytesOf = (base64: string | null): Uint8Array | null =>
  base64 === null ? null : new Uint8Array(Buffer.from(base64, 'base64'));

/** Of one run: what a stop left beside the core is found again by it. */
const tokenOf = ({ location, digest, backups }: TankCore): string =>
  createHash('sha256')
    .update(JSON.stringify([location, digest, backups]))
    .digest('hex')
    .slice(0, 16);
