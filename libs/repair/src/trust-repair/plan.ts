import type { HostFacts } from '@trustfleet/policy';
import type { JobPlan } from '@trustfleet/protocol';
import {
  chooseParts,
  partEffect,
  repairTargets,
  whyImpossible,
  type RepairContext,
} from '@trustfleet/remedies';
import type { Measurement } from '../proof.ts';
import type { ForeseenEffect, RemedyPlan, RemedyStep } from '../remedy.ts';
import { stepOfPart } from './inverses.ts';
import { prepareParts, type PreparedPart, type RepairOrder } from './parts.ts';

export interface RepairPlan {
  readonly plan: RemedyPlan;
  /** In the order in which they are carried out; empty where nothing is. */
  readonly chosen: readonly PreparedPart[];
}

const MAX_REMARKS = 20;

/** Chooses by what was measured, and puts the plans of what is chosen together. */
export async function planRepair(given: RepairOrder, measured: Measurement): Promise<RepairPlan> {
  const targets = repairTargets(given.parameters, { sources: measured.sources, verdicts: measured.verdicts });
  const { parts, refused } = await prepareParts(given, measured.facts, targets);
  const certificates = new Map(parts.flatMap(({ foreseen }) => [...foreseen.certificates]));
  const context: RepairContext = {
    before: measured,
    endpoints: measured.endpoints,
    judge: (facts) => measured.judge(facts, certificates),
    parts,
    allowWorse: given.order.allowWorse === true,
  };
  const found = chooseParts(measured.facts, given.parameters, context);
  if (found.kind === 'none') return { plan: { kind: 'none' }, chosen: [] };
  if (found.kind === 'impossible') {
    const why = [whyImpossible(found), ...refused].join(' ').slice(0, 4000);
    return { plan: { kind: 'notApplicable', reason: why }, chosen: [] };
  }
  const chosen = found.chosen.flatMap((index) => parts[index] ?? []);
  return together(chosen, measured.facts);
}

/** Each part is planned as if those before it were done. */
async function together(chosen: readonly PreparedPart[], before: HostFacts): Promise<RepairPlan> {
  let facts = before;
  const steps: RemedyStep[] = [];
  const plans: JobPlan[] = [];
  for (const [at, part] of chosen.entries()) {
    const planned = await part.opened.plan({ facts });
    const effect = partEffect(part, facts);
    if (effect.kind === 'change') ({ facts } = effect);
    // Done by somebody since it was chosen.
    if (planned.kind === 'none') continue;
    if (planned.kind !== 'change') return { plan: planned, chosen: [] };
    const { remedy, parameters } = part;
    steps.push(...planned.steps.map((step) => stepOfPart(step, { part: at, remedy, parameters })));
    plans.push(withRemark(planned.plan, planned.remark));
  }
  if (steps.length === 0) return { plan: { kind: 'none' }, chosen };
  const plan: JobPlan = {
    changes: plans.flatMap(({ changes }) => changes),
    managers: plans.flatMap(({ managers = [] }) => managers),
    affected: affectedBy(plans),
    remarks: [...new Set(plans.flatMap(({ remarks = [] }) => remarks))].slice(0, MAX_REMARKS),
    parts: chosen.map(({ remedy, parameters }) => ({ remedy, parameters: { ...parameters } })),
  };
  return { plan: { kind: 'change', plan, steps, remark: plan.remarks?.join(' ') ?? null }, chosen };
}

const withRemark = (plan: JobPlan, remark: string | null): JobPlan =>
  remark === null || plan.remarks?.includes(remark) === true
    ? plan
    : { ...plan, remarks: [...(plan.remarks ?? []), remark.slice(0, 2048)] };

/** Every program of the machine, as soon as one part is seen by all. */
function affectedBy(plans: readonly JobPlan[]): string[] {
  const each = plans.map(({ affected = [] }) => affected);
  return each.some((affected) => affected.length === 0) ? [] : [...new Set(each.flat())].toSorted();
}

/** All chosen parts as one effect. */
export function foreseenOf(chosen: readonly PreparedPart[]): ForeseenEffect {
  return {
    on(facts) {
      let after = facts;
      const changes = chosen.flatMap((part) => {
        const effect = partEffect(part, after);
        if (effect.kind !== 'change') return [];
        after = effect.facts;
        return effect.changes;
      });
      return changes.length === 0
        ? { kind: 'none' }
        : { kind: 'change', facts: after, changes, remark: null };
    },
    certificates: new Map(chosen.flatMap(({ foreseen }) => [...foreseen.certificates])),
  };
}
