import { basename } from 'node:path';
import type { Order, SubjectEvidence } from '@trustfleet/protocol';
import { isSameVersion, REMEDIES, type ShotgunApiReplaceParameters } from '@trustfleet/remedies';
import { digestOfTree, unpackTree, type Tree } from '../code-trees/tree.ts';
import type {
  DoneWork,
  ForeseenEffect,
  OpenedRemedy,
  PlanGiven,
  RemedyCheck,
  RemedyExecutor,
  RemedyPlan,
  RemedyRefusal,
} from '../remedy.ts';
import { baseOf, leftBeside, PACKAGE, readCopy, versionOf } from './copy.ts';
import type { ApiCopyAccess } from './ports.ts';
import { effectOn, prepare, type Preparation, type Replacing } from './prepare.ts';
import { inversesIn, replaceSteps, undoSteps, whatIsLeft } from './steps.ts';

const REMEDY = REMEDIES['shotgunApi.replace'];

type Common = Pick<OpenedRemedy, 'effective' | 'settled' | 'undo' | 'reverse'>;

function common(replacing: Replacing): Common {
  return {
    // A program keeps the modules that it has imported.
    effective: 'appRestart',
    // Every piece of work is over when its call returns, or ends with the agent.
    settled: () => Promise.resolve(),
    undo: (inverses) => undoSteps(replacing.access, inverses),
    reverse: (done) => reversed(replacing, done),
  };
}

function opened(replacing: Replacing): OpenedRemedy {
  const { parameters } = replacing;
  let preparation: Promise<Preparation> | null = null;
  const ready = (given?: PlanGiven): Promise<Preparation> => (preparation ??= prepare(replacing, given));
  return {
    ...common(replacing),
    plan: async (given) => planOf(parameters, await ready(given)),
    foresee: async () => foreseen(parameters, await ready()),
    check: () => checkReplaced(replacing),
  };
}

function planOf(parameters: ShotgunApiReplaceParameters, preparation: Preparation): RemedyPlan {
  if (preparation.kind === 'not') return preparation.effect;
  const { facts, context, place, archive, previous } = preparation;
  const effect = effectOn(facts, parameters, context);
  if (effect.kind !== 'change') return effect;
  const { changes, remark } = effect;
  const [replaced] = changes.flatMap((change) => (change.kind === 'replaceCode' ? [change.path] : []));
  const steps = replaceSteps({
    ...{ place, archive, previous },
    gives: basename(replaced ?? PACKAGE),
    now: new Date(),
  });
  return { kind: 'change', plan: { changes }, steps, remark };
}

function foreseen(parameters: ShotgunApiReplaceParameters, preparation: Preparation): ForeseenEffect {
  if (preparation.kind === 'not') return { on: () => preparation.effect, certificates: new Map() };
  const { context, archive } = preparation;
  return { on: (facts) => effectOn(facts, parameters, context), certificates: archive.certificates };
}

const inconclusive = (detail: string): RemedyCheck => ({ holds: null, detail, evidence: null });

const evidenceOf = (path: string, now: Tree, holds: boolean): SubjectEvidence => ({
  ...{ subject: 'api', name: path, state: versionOf(now), sha256: digestOfTree(now), holds },
});

async function read({
  access,
  parameters,
}: Replacing): Promise<{ readonly now: Tree; readonly left: string | null } | string> {
  const base = baseOf(parameters.path);
  const writer = await access.writerOf(base);
  if (writer.kind === 'nobody') return `${base} is not read: ${writer.reason}`;
  const place = { access, base, account: writer.account };
  return { now: await readCopy(place), left: await leftBeside(place) };
}

/** The version is read again from the file that states it, whatever was put there. */
async function checkReplaced(replacing: Replacing): Promise<RemedyCheck> {
  const { path, version } = replacing.parameters;
  const seen = await read(replacing);
  if (typeof seen === 'string') return inconclusive(seen);
  const { now, left } = seen;
  const stated = versionOf(now);
  const holds = isSameVersion(stated, version) && left === null;
  return {
    holds,
    evidence: evidenceOf(path, now, holds),
    detail: holds ? null : whatDiffers({ path, stated, version, left }),
  };
}

const whatDiffers = (of: {
  path: string;
  stated: string | null;
  version: string;
  left: string | null;
}): string =>
  of.left === null
    ? `${of.path} was read back: it is shotgun_api3 ${of.stated ?? 'without a version'}, not ${of.version}.`
    : `${of.path} was read back, and ${of.left} is still beside it: the replacement did not come to its end.`;

function reversed(replacing: Replacing, { inverses }: DoneWork): OpenedRemedy {
  const { access, parameters } = replacing;
  return {
    ...common(replacing),
    async plan() {
      const [inverse] = inversesIn(inverses);
      if (inverse === undefined) return { kind: 'none' };
      const { standing, now, previous } = await whatIsLeft(access, inverse);
      const effect = REMEDY.undoEffect({}, parameters, {
        ...{ previous: versionOf(previous), now: versionOf(now), stranger: standing.stranger },
        standing: standing.state === 'between' ? 'asLeft' : standing.state,
      });
      if (effect.kind !== 'change') return effect;
      const steps = undoSteps(access, inverses);
      return { kind: 'change', plan: { changes: effect.changes }, steps, remark: null };
    },
    async check() {
      const [inverse] = inversesIn(inverses);
      const seen = await read(replacing);
      if (typeof seen === 'string') return inconclusive(seen);
      const { now } = seen;
      const holds = inverse === undefined || digestOfTree(unpackTree(inverse.previous)) === digestOfTree(now);
      const evidence = evidenceOf(parameters.path, now, holds);
      return {
        holds,
        evidence,
        detail: holds ? null : `${parameters.path} is not the copy that stood there before.`,
      };
    },
  };
}

function open(
  access: ApiCopyAccess,
  { order, artifacts }: { order: Order; artifacts: ReadonlyMap<string, Uint8Array> },
): OpenedRemedy | RemedyRefusal {
  const parsed = REMEDY.parameters.safeParse(order.parameters);
  if (!parsed.success)
    return {
      state: 'incompatible',
      detail: `This agent does not understand the parameters of ${REMEDY.name}: ${parsed.error.issues[0]?.message ?? ''}`,
    };
  const parameters = parsed.data;
  // What is taken back stands in the journal of the run: its archive may be long gone from this host.
  const bytes = artifacts.get(parameters.wheel) ?? (order.mode === 'undo' ? new Uint8Array() : undefined);
  if (bytes === undefined)
    return {
      state: 'refused',
      detail: `The order names the archive ${parameters.wheel} and does not bring it among its artifacts.`,
    };
  return opened({ access, parameters, bytes });
}

/** `shotgunApi.replace`: a loose copy gives way as a whole, with the rights of the account that owns it (security.md, "a local user"). */
export function createReplaceApi(access: ApiCopyAccess): RemedyExecutor {
  return {
    name: REMEDY.name,
    class: REMEDY.class,
    open: (order, artifacts) => open(access, { order, artifacts }),
  };
}
