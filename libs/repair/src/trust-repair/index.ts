import type { JobPlan } from '@trustfleet/protocol';
import { REMEDIES, trustRepairParameters } from '@trustfleet/remedies';
import { checkSafely } from '../opened-remedy.ts';
import type { DoneWork, OpenedRemedy, RemedyExecutor, RemedyPlan, RemedyStep } from '../remedy.ts';
import { checkAll, effectiveOf } from './checks.ts';
import { begunParts, stepOfPart, undoParts } from './inverses.ts';
import { openPart, type OpenedPart, type RepairOrder, type TrustRepairOptions } from './parts.ts';
import { foreseenOf, planRepair, type RepairPlan } from './plan.ts';

export type { TrustRepairOptions } from './parts.ts';

const remedy = REMEDIES['trust.repair'];

/** `trust.repair`: the smallest set of the other remedies, in one journal. */
export function createTrustRepair(options: TrustRepairOptions): RemedyExecutor {
  return {
    name: remedy.name,
    class: remedy.class,
    open(order, artifacts) {
      const parsed = trustRepairParameters.safeParse(order.parameters);
      if (!parsed.success)
        return {
          state: 'incompatible',
          detail: `This agent does not understand the parameters of ${remedy.name}: ${parsed.error.issues[0]?.message ?? ''}`,
        };
      return openRepair({ options, order, artifacts, parameters: parsed.data });
    },
  };
}

/** What was chosen: by the plan of this process, or of an earlier one. */
interface Chosen {
  parts: readonly OpenedPart[];
  planned: RepairPlan | null;
  /** Why a part of an earlier plan cannot be looked at any more; null for none. */
  lost: string | null;
}

function openRepair(given: RepairOrder): OpenedRemedy {
  const chosen: Chosen = { parts: [], planned: null, lost: null };
  return {
    get effective() {
      return effectiveOf(chosen.parts);
    },
    plansByMeasurement: true,
    async plan({ measured = null } = {}) {
      if (measured === null)
        return {
          kind: 'notApplicable',
          reason:
            'No endpoint is configured for this host, or what its programs verify could not be measured: there is nothing to choose by.',
        };
      chosen.planned = await planRepair(given, measured);
      chosen.parts = chosen.planned.chosen;
      return chosen.planned.plan;
    },
    resume(plan) {
      const opened = (plan.parts ?? []).map((part) => openPart(given, part));
      chosen.parts = opened.flatMap((part) => ('state' in part ? [] : [part]));
      chosen.lost = opened.find((part) => 'state' in part)?.detail ?? null;
    },
    foresee: () => Promise.resolve(foreseenOf(chosen.planned?.chosen ?? [])),
    async settled(signal) {
      for (const { opened } of chosen.parts) await opened.settled(signal);
    },
    async check(how, signal) {
      // The parts that are left say nothing of the whole.
      if (chosen.lost !== null) return { holds: null, detail: chosen.lost, evidence: null };
      return checkAll(chosen.parts, ({ opened }) => checkSafely(opened, how, signal));
    },
    undo: (inverses) => undoParts(given, inverses),
    reverse: (done) => reversed(given, done),
  };
}

/** Every part that began, the last one first. */
function reversed(given: RepairOrder, { inverses }: DoneWork): OpenedRemedy {
  const parts = begunParts(given, inverses)
    .toReversed()
    .map((part) => ({ ...part, opened: part.opened.reverse({ inverses: part.inverses, before: null }) }));
  return {
    effective: effectiveOf(parts),
    plan: () => planUndo(parts),
    async settled(signal) {
      for (const { opened } of parts) await opened.settled(signal);
    },
    check: (how, signal) => checkAll(parts, ({ opened }) => checkSafely(opened, how, signal)),
    undo: (own) => undoParts(given, own),
    reverse: (done) => reversed(given, done),
  };
}

/** One plan of all; the steps say whose they are, should this undo have to be taken back itself. */
async function planUndo(parts: readonly OpenedPart[]): Promise<RemedyPlan> {
  const changes: JobPlan['changes'] = [];
  const steps: RemedyStep[] = [];
  for (const [part, { opened, remedy: name, parameters }] of parts.entries()) {
    const plan = await opened.plan({ lines: changes });
    if (plan.kind === 'none') continue;
    if (plan.kind !== 'change') return plan;
    changes.push(...plan.plan.changes);
    steps.push(...plan.steps.map((step) => stepOfPart(step, { part, remedy: name, parameters })));
  }
  if (steps.length === 0) return { kind: 'none' };
  return { kind: 'change', plan: { changes }, steps, remark: null };
}
