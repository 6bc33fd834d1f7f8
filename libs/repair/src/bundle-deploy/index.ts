import { sha256Hex } from '@trustfleet/certificates';
import type { JobEvidence, Order, PlanChange } from '@trustfleet/protocol';
import {
  bundleDeployParameters,
  REMEDIES,
  type BundleContext,
  type BundleDeployParameters,
} from '@trustfleet/remedies';
import { afterLines } from '../after-lines.ts';
import { sameEvidence } from '../same-evidence.ts';
import type {
  DoneWork,
  ForeseenEffect,
  OpenedRemedy,
  RemedyCheck,
  RemedyExecutor,
  RemedyPlan,
  RemedyRefusal,
  RemedyStep,
  UndoStep,
} from '../remedy.ts';
import { keptVersion, lookAtPlace, standingAt } from './host-look.ts';
import { filesIn } from './inverses.ts';
import type { BundleAccess } from './ports.ts';
import { readBundle } from './read-bundle.ts';
import { dropCopyStep, restoreStep, writeStep, type IsOurs } from './steps.ts';

const remedy = REMEDIES['bundle.deploy'];

interface Deployment {
  readonly access: BundleAccess;
  readonly parameters: BundleDeployParameters;
  /** Null where the bytes are not at hand: what is taken back needs none. */
  readonly bytes: Uint8Array | null;
}

/** `bundle.deploy`: one file at one fixed path, written whole (failures.md §11.2). */
export function createBundleDeploy(access: BundleAccess): RemedyExecutor {
  return {
    name: remedy.name,
    class: remedy.class,
    open: (order, artifacts) => open(access, order, artifacts),
  };
}

function open(
  access: BundleAccess,
  order: Order,
  artifacts: ReadonlyMap<string, Uint8Array>,
): OpenedRemedy | RemedyRefusal {
  const parsed = bundleDeployParameters.safeParse(order.parameters);
  if (!parsed.success)
    return {
      state: 'incompatible',
      detail: `This agent does not understand the parameters of ${remedy.name}: ${parsed.error.issues[0]?.message ?? ''}`,
    };
  const parameters = parsed.data;
  const deployment = { access, parameters, bytes: artifacts.get(parameters.bundle) ?? null };
  return {
    ...common(deployment),
    plan: () => makePlan(deployment),
    foresee: () => foresee(deployment),
    check: () => checkDeployed(deployment),
  };
}

type Common = Pick<OpenedRemedy, 'effective' | 'settled' | 'undo' | 'reverse'>;

function common(deployment: Deployment): Common {
  return {
    // Programs read the file when they start, or when they first need it.
    effective: 'appRestart',
    settled: () => Promise.resolve(),
    undo: (inverses) => undoSteps(deployment, inverses),
    reverse: (done) => reversed(deployment, done),
  };
}

function undoSteps({ access, bytes }: Deployment, inverses: readonly unknown[]): UndoStep[] {
  const isOurs: IsOurs = (found) =>
    bytes !== null && found.length > 0 && Buffer.from(bytes.subarray(0, found.length)).equals(found);
  return filesIn(inverses).map((inverse) => restoreStep(access, inverse, isOurs));
}

/** What the artifact holds, or why nothing can be done with it. */
function bundleOf({ bytes, parameters }: Deployment) {
  if (bytes === null) return `The bundle ${parameters.bundle} of the order is not at hand.`;
  if (sha256Hex(bytes) !== parameters.bundle) return 'The bundle is not the one that the order names.';
  return readBundle(bytes);
}

async function contextOf(deployment: Deployment): Promise<BundleContext | string> {
  const { access, bytes } = deployment;
  const bundle = bundleOf(deployment);
  if (typeof bundle === 'string') return bundle;
  const { ROOT_CATALOGUE } = await import('@trustfleet/certificates/catalogue');
  return {
    platform: access.platform,
    bundle: { anchors: bundle.anchors, size: bytes?.length ?? 0 },
    wasPublic: (anchor) => ROOT_CATALOGUE.bySha256(anchor) !== null,
    host: await lookAtPlace(access),
  };
}

async function makePlan(deployment: Deployment): Promise<RemedyPlan> {
  const { access, parameters } = deployment;
  const context = await contextOf(deployment);
  if (typeof context === 'string') return { kind: 'notApplicable', reason: context };
  const result = remedy.effect(await access.facts(), parameters, context);
  if (result.kind !== 'change') return result;
  const { changes, remark } = result;
  const current = context.host?.current?.sha256 ?? null;
  return {
    kind: 'change',
    plan: { changes, ...(remark === null ? {} : { remarks: [remark] }) },
    steps: changes.flatMap((change) => stepOf(deployment, change, current)),
    remark,
  };
}

/** What a line of the plan says is what is done, in its order. */
function stepOf({ access, bytes }: Deployment, change: PlanChange, current: string | null): RemedyStep[] {
  if (change.kind === 'removeFile') return [dropCopyStep(access, change)];
  if ((change.kind !== 'addFile' && change.kind !== 'changeFile') || change.sha256 === null) return [];
  const { path, sha256 } = change;
  const own = { path, sha256, bytes: () => Promise.resolve(bytes) };
  if (path === access.path) return [writeStep(access, { ...own, name: 'writeBundle', expected: current })];
  if (bytes !== null && sha256 === sha256Hex(bytes))
    return [writeStep(access, { ...own, name: 'keepBundle' })];
  // A copy of what stands in the place now: it is what an undo puts back.
  const standing = async () => (await standingAt(access, access.path))?.bytes ?? null;
  return [writeStep(access, { ...own, name: 'keepPrevious', bytes: standing })];
}

async function foresee(deployment: Deployment): Promise<ForeseenEffect> {
  const context = await contextOf(deployment);
  if (typeof context === 'string')
    return { on: () => ({ kind: 'notApplicable', reason: context }), certificates: new Map() };
  const parsed = bundleOf(deployment);
  const certificates = typeof parsed === 'string' ? [] : parsed.certificates;
  return {
    on: (facts) => remedy.effect(facts, deployment.parameters, context),
    certificates: new Map(certificates.map(({ sha256, der }) => [sha256, der])),
  };
}

interface Look {
  readonly check: RemedyCheck;
  readonly sha256: string | null;
}

async function look({ access, parameters }: Deployment): Promise<Look> {
  const standing = await standingAt(access, access.path);
  const parsed = standing === null ? null : readBundle(standing.bytes);
  const state = parsed === null || typeof parsed === 'string' ? null : `${parsed.anchors.length} anchors`;
  const sha256 = standing?.sha256 ?? null;
  const holds = sha256 === parameters.bundle && standing?.readable === true && state !== null;
  const evidence: JobEvidence = { subject: 'bundle', name: access.path, state, sha256, holds };
  return { check: { holds, evidence, detail: holds ? null : whyNot(access, sha256, parsed) }, sha256 };
}

function whyNot(access: BundleAccess, sha256: string | null, parsed: unknown): string {
  if (sha256 === null) return `${access.path} was read back, and there is no file.`;
  if (typeof parsed === 'string') return `${access.path} was read back: ${parsed}`;
  return `${access.path} was read back, and it is not the bundle of the order, or not every program can read it.`;
}

/** A file that is opened anew has nothing cached: both looks are the same. */
const checkDeployed = async (deployment: Deployment): Promise<RemedyCheck> => (await look(deployment)).check;

function reversed(deployment: Deployment, { inverses, before }: DoneWork): OpenedRemedy {
  return {
    ...common(deployment),
    plan: ({ lines = [] } = {}) => makeUndoPlan(deployment, inverses, lines),
    check: async () => {
      const { check, sha256 } = await look(deployment);
      const holds = sha256 !== deployment.parameters.bundle || sameEvidence(before, check.evidence);
      return {
        holds,
        evidence: check.evidence,
        detail: holds ? null : `${deployment.access.path} was read back, and still holds the bundle.`,
      };
    },
  };
}

async function makeUndoPlan(
  deployment: Deployment,
  inverses: readonly unknown[],
  lines: readonly PlanChange[],
): Promise<RemedyPlan> {
  const { access, parameters } = deployment;
  const { path, platform } = access;
  const files = await Promise.all(
    filesIn(inverses).map(async (inverse) => ({
      ...{ path: inverse.path, written: inverse.written, previous: inverse.previous },
      now: (await standingAt(access, inverse.path))?.sha256 ?? null,
    })),
  );
  const wanted = files.flatMap(({ previous }) => previous ?? []);
  const atHand: string[] = [];
  for (const sha256 of wanted) if ((await keptVersion(access, sha256)) !== null) atHand.push(sha256);
  const context = { path, platform, files, atHand };
  const result = remedy.undoEffect(afterLines(await access.facts(), lines), parameters, context);
  if (result.kind !== 'change') return result;
  return {
    kind: 'change',
    plan: { changes: result.changes },
    steps: undoSteps(deployment, inverses),
    remark: null,
  };
}
