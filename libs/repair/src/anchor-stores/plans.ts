import { pemToDer } from '@trustfleet/certificates';
import type { PlanChange, TrustStore } from '@trustfleet/protocol';
import { ANCHOR_WAYS, anchorFileContent, REMEDIES, roleOf, storeIn, whyNoStore } from '@trustfleet/remedies';
import type { RemedyPlan, RemedyStep } from '../remedy.ts';
import type { Anchoring } from './anchoring.ts';
import { removeFileStep, writeFileStep } from '../guarded-files/steps.ts';
import { ABSENT, type EntryState } from './entry-state.ts';
import { isListed } from './listed.ts';
import { lookAtHost, type Looked } from './host-look.ts';
import { deselectStep, putEntryStep, runToolStep } from './steps.ts';
import { undoSteps, whatIsLeft } from './undo.ts';

/** The plan on this host as it is now, and its steps. */
export async function makePlan(anchoring: Anchoring): Promise<RemedyPlan> {
  const { access, certificate, parameters, remedy } = anchoring;
  const facts = { trustStores: await access.trustStores(parameters.store) };
  const store = storeIn(facts, parameters.store);
  if (store === null) return { kind: 'notApplicable', reason: whyNoStore(parameters.store) };
  const looked: Looked =
    remedy.after === 'remove'
      ? await lookAtHost(access, { store, anchor: certificate.sha256 })
      : { host: undefined, names: [] };
  const result = REMEDIES[remedy.name].effect(facts, parameters, {
    certificate,
    listed: remedy.trusts ? undefined : await isListed(certificate.sha256),
    host: looked.host,
  });
  if (result.kind !== 'change') return result;
  const { changes, remark } = result;
  const steps =
    ANCHOR_WAYS.get(store.driver)?.kind === 'entry'
      ? await entrySteps(anchoring, store, changes)
      : changes.flatMap((change) => fileSteps(anchoring, change, looked.names));
  if ('reason' in steps) return { kind: 'notApplicable', reason: steps.reason };
  return { kind: 'change', plan: { changes }, steps, remark };
}

/** The plan that takes an earlier run back, and its steps. */
export async function makeUndoPlan(
  { access, certificate, parameters, remedy }: Anchoring,
  inverses: readonly unknown[],
): Promise<RemedyPlan> {
  const trustStores = await access.trustStores(parameters.store);
  const left = await whatIsLeft(access, inverses);
  const result = REMEDIES[remedy.name].undoEffect({ trustStores }, parameters, { certificate, ...left });
  if (result.kind !== 'change') return result;
  return {
    kind: 'change',
    plan: { changes: result.changes },
    steps: undoSteps(access, inverses, parameters.store),
    remark: null,
  };
}

/** What a line of the plan says is what is done, in its order; lines about the outcome are done by those before them. */
function fileSteps(
  { access, certificate, parameters, remedy }: Anchoring,
  change: PlanChange,
  names: readonly string[],
): RemedyStep[] {
  switch (change.kind) {
    case 'addFile':
      return [
        writeFileStep(access, {
          name: 'writeAnchorFile',
          path: change.path,
          bytes: anchorFileContent(certificate),
          keepsAttributes: false,
        }),
      ];
    case 'removeFile':
      return [removeFileStep(access, { name: 'removeAnchorFile', ...change })];
    case 'changeFile':
      return [deselectStep(access, { path: change.path, sha256: change.sha256, names })];
    case 'runTool':
      return [runToolStep(access, { store: parameters.store, after: remedy.after })];
    default:
      return [];
  }
}

async function entrySteps(
  anchoring: Anchoring,
  store: TrustStore,
  changes: readonly PlanChange[],
): Promise<RemedyStep[] | { readonly reason: string }> {
  const { access, parameters } = anchoring;
  const where = { anchor: parameters.anchor, store: parameters.store };
  const steps: RemedyStep[] = [];
  for (const change of changes) {
    const wanted = await wantedEntry(anchoring, store, change);
    if (wanted === null)
      return {
        reason: `${store.name} has no way to keep a certificate as the plan needs it (${change.kind}).`,
      };
    steps.push(putEntryStep(access, where, wanted));
  }
  return steps;
}

/** The standing that a line of the plan asks for; null where the store knows none of that kind. */
function wantedEntry(
  { access, certificate, parameters }: Anchoring,
  store: TrustStore,
  { kind }: PlanChange,
): Promise<EntryState | null> {
  if (kind === 'removeAnchor') return Promise.resolve(ABSENT);
  // A store of rejected certificates rejects what stands in it by its own way of adding.
  const rejects = kind === 'distrustAnchor' && roleOf(store) !== 'rejected';
  return access.standing(rejects ? 'distrusting' : 'trusting', pemToDer(certificate.pem), parameters.store);
}
