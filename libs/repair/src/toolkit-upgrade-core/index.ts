import type { HostFacts } from '@trustfleet/policy';
import type { Order, SubjectEvidence } from '@trustfleet/protocol';
import {
  REMEDIES,
  toolkitUpgradeCoreParameters,
  type ToolkitUpgradeCoreParameters,
} from '@trustfleet/remedies';
import type {
  DoneWork,
  OpenedRemedy,
  RemedyCheck,
  RemedyExecutor,
  RemedyPlan,
  RemedyRefusal,
  RemedyStep,
} from '../remedy.ts';
import { isStoreEvidence, sameEvidence } from '../same-evidence.ts';
import { lookAtHost } from './look.ts';
import type { CoreAccess } from './ports.ts';
import { classicCore, digestOf, rootOf, settingsPath, treeDigest, whyMixed } from './standing.ts';
import { editStep, noteStep, tankStep } from './steps.ts';
import { isGone, undoSteps, whatIsLeft, type CoreNow } from './undo.ts';

const remedy = REMEDIES['toolkit.upgradeCore'];

interface Upgrade {
  readonly access: CoreAccess;
  readonly parameters: ToolkitUpgradeCoreParameters;
}

/** `toolkit.upgradeCore`: by `core_api.yml`, by `tank core`, or as a patch for the source configuration (shotgrid.md §2.2, §2.3). */
export function createUpgradeCore(access: CoreAccess): RemedyExecutor {
  return { name: remedy.name, class: remedy.class, open: (order) => open(access, order) };
}

function open(access: CoreAccess, order: Order): OpenedRemedy | RemedyRefusal {
  const parsed = toolkitUpgradeCoreParameters.safeParse(order.parameters);
  if (!parsed.success)
    return {
      state: 'incompatible',
      detail: `This agent does not understand the parameters of ${remedy.name}: ${parsed.error.issues[0]?.message ?? ''}`,
    };
  const upgrade = { access, parameters: parsed.data };
  return {
    ...common(upgrade),
    plan: (given) => makePlan(upgrade, given?.facts),
    async foresee() {
      const context = await lookAtHost(access, await access.facts(), parsed.data);
      return {
        on: (facts) => remedy.effect(facts, parsed.data, context),
        certificates: new Map<string, Uint8Array>(),
      };
    },
    check: async () => (await look(upgrade)).check,
  };
}

function common(upgrade: Upgrade): Pick<OpenedRemedy, 'effective' | 'settled' | 'undo' | 'reverse'> {
  const { access, parameters } = upgrade;
  return {
    // Toolkit loads its core once, when it starts.
    effective: 'appRestart',
    async settled(signal) {
      const context = await lookAtHost(access, await access.facts(), parameters);
      const program = context.host?.tank?.program;
      if (program !== undefined) await access.tank.atRest(program, signal);
    },
    undo: (inverses) => undoSteps(access, inverses),
    reverse: (done) => reversed(upgrade, done),
  };
}

async function makePlan({ access, parameters }: Upgrade, given?: HostFacts): Promise<RemedyPlan> {
  const facts = await access.facts();
  const elsewhere = await whyNotThere(access, facts, parameters);
  if (elsewhere !== null) return { kind: 'notApplicable', reason: elsewhere, state: 'notPermitted' };
  const context = await lookAtHost(access, facts, parameters);
  const result = remedy.effect(given ?? facts, parameters, context);
  if (result.kind !== 'change') return result;
  const { changes, remark } = result;
  const reason = remark ?? '';
  const plan = { changes, remarks: [reason] };
  if (changes.every(({ kind }) => kind === 'propose')) return { kind: 'proposed', plan, reason };
  return { kind: 'change', plan, steps: stepsOf(access, { facts, parameters }, context), remark };
}

/** A studio's core lies where a file of the configuration says: that place has to be permitted as well as the one that the order names. */
async function whyNotThere(
  access: CoreAccess,
  facts: HostFacts,
  { configuration, version }: ToolkitUpgradeCoreParameters,
): Promise<string | null> {
  const core = classicCore(facts, configuration);
  const root = core === null ? configuration : rootOf(core.location);
  return root === configuration ? null : access.forbidden(root, version);
}

function stepsOf(
  access: CoreAccess,
  { facts, parameters }: { facts: HostFacts; parameters: ToolkitUpgradeCoreParameters },
  { host }: Awaited<ReturnType<typeof lookAtHost>>,
): RemedyStep[] {
  const { configuration, version } = parameters;
  const core = classicCore(facts, configuration);
  if (core === null) {
    return host?.settings?.kind === 'edited' ? [editStep(access, { ...host.settings, version })] : [];
  }
  const work = {
    ...{ configuration, version, location: core.location, present: core.version },
    program: host?.tank?.program ?? '',
  };
  return [tankStep(access, work), noteStep(access, work)];
}

interface Looked {
  readonly check: RemedyCheck;
  readonly version: string | null;
}

/** The core as its files say it is, and not as a tool says that it left it. */
async function look({ access, parameters }: Upgrade): Promise<Looked> {
  const facts = await access.facts();
  const { configuration, version } = parameters;
  const core = classicCore(facts, configuration);
  if (core === null) return lookAtSettings({ access, parameters });
  const why = whyMixed(facts, core, version);
  const evidence: SubjectEvidence = {
    ...{ subject: 'core', name: core.path, state: core.version, holds: why === null },
    sha256: await treeDigest(access, core.location),
  };
  return { version: core.version, check: { holds: why === null, detail: why, evidence } };
}

async function lookAtSettings({ access, parameters }: Upgrade): Promise<Looked> {
  const { configuration, version } = parameters;
  const path = await settingsPath(access, configuration);
  const bytes = path === null ? null : await access.files.readFile(path);
  if (path === null || bytes === null) {
    const detail = `${configuration} has no core_api.yml.`;
    return { version: null, check: { holds: false, detail, evidence: null } };
  }
  const edit = access.withVersion(bytes, version);
  const holds = edit.kind === 'asWanted';
  const state = holds ? version : edit.kind === 'edited' ? edit.before.trim().slice(0, 500) : null;
  const detail =
    edit.kind === 'refused' ? `${path}: ${edit.reason}.` : holds ? null : `${path} names another version.`;
  const evidence: SubjectEvidence = {
    ...{ subject: 'core', name: path, state, sha256: digestOf(bytes), holds },
  };
  return { version: state, check: { holds, detail, evidence } };
}

const nowOf = ({ version, check: { evidence } }: Looked): CoreNow => ({
  version,
  digest: evidence === null || isStoreEvidence(evidence) ? null : evidence.sha256,
});

function reversed(upgrade: Upgrade, { inverses, before }: DoneWork): OpenedRemedy {
  const { access, parameters } = upgrade;
  return {
    ...common(upgrade),
    async plan() {
      const left = await whatIsLeft(access, inverses, nowOf(await look(upgrade)));
      const result = remedy.undoEffect({}, parameters, left);
      if (result.kind !== 'change') return result;
      return {
        ...{ kind: 'change', remark: null },
        plan: { changes: result.changes },
        steps: undoSteps(access, inverses),
      };
    },
    async check() {
      const looked = await look(upgrade);
      const { check } = looked;
      const gone = await isGone(access, inverses, nowOf(looked));
      const holds = gone || sameEvidence(before, check.evidence);
      const evidence = check.evidence === null ? null : { ...check.evidence, holds };
      const detail = holds ? null : 'What that job changed is still there.';
      return { holds, detail, evidence };
    },
  };
}
