import { inverseAt } from '../guarded-files/steps.ts';
import { StepFailedError, type RemedyStep } from '../remedy.ts';
import type { CoreLeft, Restore, TankCore } from './inverses.ts';
import type { CoreAccess } from './ports.ts';
import { classicCore, digestOf, installOf, rootOf, settingsOf, treeDigest, whyMixed } from './standing.ts';
import { tankOutcome } from './tank-output.ts';

/** Folders that hold whole earlier cores, by their times (shotgrid.md §2.1); none where nothing was ever upgraded. */
export async function backupsOf(access: CoreAccess, location: string): Promise<string[]> {
  const install = installOf(access.platform, rootOf(location));
  const writer = await access.writerOf(install);
  if (writer.kind === 'nobody') throw new StepFailedError(writer.reason);
  const { names = [] } = await access.work(writer.account, { do: 'list', base: install });
  if (!names.includes('core.backup')) return [];
  const base = `${install}${access.platform === 'windows' ? '\\' : '/'}core.backup`;
  const found = await access.work(writer.account, { do: 'list', base });
  return (found.names ?? []).filter((name) => /^\d{8}_\d{6}$/.test(name));
}

interface Edit {
  readonly path: string;
  readonly previous: string;
  readonly sha256: string;
  readonly version: string;
}

/** Gives `core_api.yml` another version; what somebody else wrote since the plan is theirs. */
export function editStep(access: CoreAccess, { path, previous, sha256, version }: Edit): RemedyStep {
  const planned = async (): Promise<Uint8Array> => {
    const bytes = await access.files.readFile(path);
    const edit = bytes === null || digestOf(bytes) !== previous ? null : access.withVersion(bytes, version);
    if (edit?.kind !== 'edited' || digestOf(edit.bytes) !== sha256)
      throw new StepFailedError(`${path} was changed since the plan was made, so it is left as it is.`);
    return edit.bytes;
  };
  return {
    name: 'changeCoreApi',
    async inverse(): Promise<Restore> {
      await planned();
      return inverseAt(access.files, path, sha256);
    },
    async run() {
      if (digestOf(await access.files.readFile(path)) === sha256) return;
      const bytes = await planned();
      const attributes = await access.files.attributes(path);
      await access.files.writeFile(path, bytes, attributes ?? undefined);
    },
  };
}

export interface TankWork {
  readonly configuration: string;
  readonly location: string;
  readonly program: string;
  readonly present: string | null;
  readonly version: string;
}

/** Lets the core upgrade itself. What came of it is read from its files; tank's own words only explain. */
export function tankStep(access: CoreAccess, work: TankWork): RemedyStep {
  const settings = settingsOf(access.platform, rootOf(work.location));
  return {
    name: 'runTankCore',
    async inverse(): Promise<TankCore> {
      return {
        ...{ kind: 'tankCore', location: work.location, version: work.present },
        digest: await treeDigest(access, work.location),
        backups: await backupsOf(access, work.location),
        settings: await inverseAt(access.files, settings, null),
      };
    },
    run: (signal) => runTank(access, work, signal),
  };
}

async function runTank(access: CoreAccess, work: TankWork, signal: AbortSignal): Promise<void> {
  const { location, program, version, configuration } = work;
  if ((await whyNotThere(access, configuration, version)) === null) return;
  const runner = await access.tank.runner(rootOf(location));
  if (runner.kind === 'nobody') throw new StepFailedError(runner.reason);
  const { ended, said } = await access.tank.run({ program, version, runner, signal });
  const why = await whyNotThere(access, configuration, version);
  if (why === null) return;
  const outcome = tankOutcome(said);
  if (outcome.kind === 'blocked') throw new StepFailedError(`tank core changed nothing. ${outcome.reason}`);
  if (ended === 'stopped')
    throw new StepFailedError(`tank core was stopped at its limit of time or output. ${why}`);
  const words = { upToDate: 'says that nothing is to be done', updated: 'says that it is done' };
  const told = outcome.kind === 'unknown' ? 'ended without saying what it did' : words[outcome.kind];
  throw new StepFailedError(
    `tank core ${told}${ended === 'failed' ? ', and failed' : ''}. ${why} What it printed is not told here, since it may hold secrets: run it by hand to see.`,
  );
}

async function whyNotThere(
  access: CoreAccess,
  configuration: string,
  version: string,
): Promise<string | null> {
  const facts = await access.facts();
  const core = classicCore(facts, configuration);
  return core === null
    ? `The core of ${configuration} is not to be found any more.`
    : whyMixed(facts, core, version);
}

/** Notes what tank left, so that an undo touches nothing else. */
export function noteStep(access: CoreAccess, { location, configuration, version }: TankWork): RemedyStep {
  const settings = settingsOf(access.platform, rootOf(location));
  return {
    name: 'readCoreBack',
    inverse: async (): Promise<CoreLeft> => ({
      kind: 'coreLeft',
      digest: await treeDigest(access, location),
      settings: digestOf(await access.files.readFile(settings)),
    }),
    async run() {
      const why = await whyNotThere(access, configuration, version);
      if (why !== null) throw new StepFailedError(why);
    },
  };
}
