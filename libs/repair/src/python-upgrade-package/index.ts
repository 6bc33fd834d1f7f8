import type { Order } from '@trustfleet/protocol';
import { isSameVersion, REMEDIES, type PythonUpgradePackageParameters } from '@trustfleet/remedies';
import type {
  DoneWork,
  ForeseenEffect,
  OpenedRemedy,
  PlanGiven,
  RemedyExecutor,
  RemedyPlan,
  RemedyRefusal,
} from '../remedy.ts';
import { checkPutBack, checkUpgraded } from './check.ts';
import type { PythonPackageAccess } from './ports.ts';
import { effectOn, prepare, type Preparation, type Upgrading, type Wheel } from './prepare.ts';
import { installStep, inversesIn, undoSteps, whatIsLeft } from './steps.ts';

const REMEDY = REMEDIES['python.upgradePackage'];

type Common = Pick<OpenedRemedy, 'effective' | 'settled' | 'undo' | 'reverse'>;

function common(upgrading: Upgrading): Common {
  return {
    // A program keeps the modules that it has imported.
    effective: 'appRestart',
    // What this remedy starts ends with the agent, see scripts.ts.
    settled: () => Promise.resolve(),
    undo: (inverses) => undoSteps(upgrading.access, inverses),
    reverse: (done) => reversed(upgrading, done),
  };
}

function reversed(upgrading: Upgrading, done: DoneWork): OpenedRemedy {
  const { access, parameters } = upgrading;
  return {
    ...common(upgrading),
    plan: () => undoPlan(upgrading, done),
    check: (_how, signal) => checkPutBack(access, { parameters, done, signal }),
  };
}

async function undoPlan({ access, parameters }: Upgrading, { inverses }: DoneWork): Promise<RemedyPlan> {
  const [inverse] = inversesIn(inverses);
  if (inverse === undefined) return { kind: 'none' };
  const { standing } = await whatIsLeft(access, inverse);
  const effect = REMEDY.undoEffect({}, parameters, {
    ...{ previous: inverse.previousVersion, now: parameters.version, stranger: standing.stranger },
    standing: standing.state === 'between' ? 'asLeft' : standing.state,
  });
  if (effect.kind !== 'change') return effect;
  return {
    kind: 'change',
    plan: { changes: effect.changes },
    steps: undoSteps(access, inverses),
    remark: null,
  };
}

async function planOf({ parameters }: Upgrading, preparation: Preparation): Promise<RemedyPlan> {
  if (preparation.kind === 'not') return preparation.effect;
  const { facts, context, prepared } = preparation;
  const effect = effectOn(facts, parameters, context);
  if (effect.kind !== 'change') return effect;
  const { changes, remark } = effect;
  const [from] = changes.flatMap((change) => (change.kind === 'changePackage' ? [change.from] : []));
  const names = { package: parameters.package, version: parameters.version, from: from ?? null };
  return Promise.resolve({
    kind: 'change',
    plan: { changes },
    steps: [installStep(prepared, names)],
    remark,
  });
}

function opened(upgrading: Upgrading): OpenedRemedy {
  const { access, parameters } = upgrading;
  // Fetched once for the plan and for what is foretold of it; another attempt opens the remedy anew.
  let preparation: Promise<Preparation> | null = null;
  const ready = (given?: PlanGiven): Promise<Preparation> => (preparation ??= prepare(upgrading, given));
  return {
    ...common(upgrading),
    plan: async (given) => planOf(upgrading, await ready(given)),
    foresee: async () => foreseen(parameters, await ready()),
    check: (_how, signal) => checkUpgraded(access, parameters, signal),
  };
}

function foreseen(parameters: PythonUpgradePackageParameters, preparation: Preparation): ForeseenEffect {
  if (preparation.kind === 'not') return { on: () => preparation.effect, certificates: new Map() };
  const { context, prepared } = preparation;
  return { on: (facts) => effectOn(facts, parameters, context), certificates: prepared.archive.certificates };
}

const incompatible = (detail: string): RemedyRefusal => ({ state: 'incompatible', detail });

/** The wheel of the package itself: dependencies stay as they are. */
function wheelOf(
  { package: name, version, source }: PythonUpgradePackageParameters,
  { order, artifacts }: { order: Order; artifacts: ReadonlyMap<string, Uint8Array> },
): Wheel | null | RemedyRefusal {
  // What is taken back stands in the journal of the run: its wheel may be long gone from this host.
  if (source.kind === 'index' || order.mode === 'undo') return null;
  const own = source.wheels.filter(({ fileName }) => {
    const [distribution = '', stated = null] = fileName.split('-');
    return distribution.toLowerCase().replaceAll(/[-.]+/g, '_') === name && isSameVersion(stated, version);
  });
  const [wheel, ...more] = own;
  if (wheel === undefined || more.length > 0)
    return incompatible(`The order brings ${own.length} wheels of ${name} ${version}: one is needed.`);
  const bytes = artifacts.get(wheel.sha256);
  if (bytes === undefined)
    return {
      state: 'refused',
      detail: `The order names the wheel ${wheel.sha256} and does not bring it among its artifacts.`,
    };
  return { fileName: wheel.fileName, bytes };
}

function open(
  access: PythonPackageAccess,
  { order, artifacts }: { order: Order; artifacts: ReadonlyMap<string, Uint8Array> },
): OpenedRemedy | RemedyRefusal {
  const parsed = REMEDY.parameters.safeParse(order.parameters);
  if (!parsed.success)
    return incompatible(
      `This agent does not understand the parameters of ${REMEDY.name}: ${parsed.error.issues[0]?.message ?? ''}`,
    );
  const parameters = parsed.data;
  const wheel = wheelOf(parameters, { order, artifacts });
  if (wheel !== null && 'state' in wheel) return wheel;
  return opened({ access, parameters, wheel });
}

/** `python.upgradePackage`: by that interpreter's own pip, with the rights of the account that owns its code (security.md, "a local user"). */
export function createUpgradePackage(access: PythonPackageAccess): RemedyExecutor {
  return {
    name: REMEDY.name,
    class: REMEDY.class,
    open: (order, artifacts) => open(access, { order, artifacts }),
  };
}
