import type { ClientName, VerdictChange } from '@trustfleet/protocol';
import {
  type Comparison,
  comparisons,
  type EndpointAddress,
  isWorse,
  type Judged,
} from '../consequences/consequences.ts';

/** What one part makes of the facts; it is one remedy with its parameters. */
export type PartEffect<Facts> =
  | { readonly kind: 'change'; readonly facts: Facts }
  | { readonly kind: 'none' }
  | { readonly kind: 'notApplicable'; readonly reason: string };

export interface RepairPart<Facts> {
  /** For people: remedy and what it is about. */
  readonly name: string;
  effect(facts: Facts): PartEffect<Facts>;
}

/** One (Python environment × client × endpoint) that is to verify, for every account. */
export interface TargetPoint {
  readonly python: string | null;
  readonly client: ClientName;
  readonly endpoint: string;
}

export interface RepairTask<Facts> {
  readonly facts: Facts;
  /** What verifies with these facts: measured, or predicted. */
  readonly before: Judged;
  readonly endpoints: readonly EndpointAddress[];
  /** All that may be chosen, in the order in which it would be carried out. */
  readonly parts: readonly RepairPart<Facts>[];
  readonly judge: (facts: Facts) => Judged;
  readonly targets: readonly TargetPoint[];
  /** What verifies may fail afterwards. */
  readonly allowWorse: boolean;
}

export type SmallestRepair<Facts> =
  /** Every target verifies already. */
  | { readonly kind: 'none' }
  /** Indices of the parts, ascending, and the facts afterwards. */
  | { readonly kind: 'found'; readonly chosen: readonly number[]; readonly facts: Facts }
  | {
      readonly kind: 'impossible';
      /** Targets that no choice makes verify, as the best one leaves them. */
      readonly broken: readonly VerdictChange[];
      /** What the best choice would break; why parts are none. */
      readonly worse: readonly VerdictChange[];
      readonly refused: readonly { readonly name: string; readonly reason: string }[];
      /** Targets that are nothing on this host. */
      readonly missing: readonly TargetPoint[];
    };

/** So many choices are judged in order of their size; then what is left of all parts together is taken. */
const MAX_JUDGED = 300;

/**
 * The smallest set of parts that makes every target verify and nothing worse, carried out in the order given. Subsets are looked at by
 * size; where there are too many, all parts are taken and what is not needed is left away: nothing in it is superfluous then either. Pure
 * and deterministic.
 */
export function smallestRepair<Facts>(task: RepairTask<Facts>): SmallestRepair<Facts> {
  const now = assess(task, task.before);
  if (now.missing.length > 0)
    return { kind: 'impossible', broken: [], worse: [], refused: [], missing: now.missing };
  if (now.broken.length === 0) return { kind: 'none' };
  const search = new Search(task);
  return search.bySize() ?? search.byReduction() ?? search.impossible();
}

interface Assessment {
  readonly broken: readonly VerdictChange[];
  readonly worse: readonly VerdictChange[];
  readonly missing: readonly TargetPoint[];
}

function assess<Facts>(task: RepairTask<Facts>, after: Judged): Assessment {
  const compared = comparisons(task.before, after, task.endpoints);
  const found = task.targets.map((target) => ({
    target,
    points: compared.filter((one) => isOf(one, target)),
  }));
  return {
    broken: found.flatMap(({ points }) =>
      points
        .map(({ change }) => change)
        .filter((change) => change.after !== 'verifies' && change.after !== 'absent'),
    ),
    worse: task.allowWorse ? [] : compared.map(({ change }) => change).filter(isWorse),
    missing: found.filter(({ points }) => points.length === 0).map(({ target }) => target),
  };
}

/** What code decides for its own calls is no part of what the client does in general. */
function isOf({ change, source }: Comparison, target: TargetPoint): boolean {
  return (
    change.python === target.python &&
    change.client === target.client &&
    change.endpoint === target.endpoint &&
    source?.code == null
  );
}

type Tried<Facts> = Assessment & { readonly facts: Facts; readonly chosen: readonly number[] };

class Search<Facts> {
  readonly #task: RepairTask<Facts>;
  readonly #refused = new Map<number, string>();
  #judged = 0;
  #best: Tried<Facts> | null = null;

  constructor(task: RepairTask<Facts>) {
    this.#task = task;
  }

  /** Null where none does, or there are too many to be looked at. */
  bySize(): SmallestRepair<Facts> | null {
    const { parts } = this.#task;
    for (let size = 1; size <= parts.length; size += 1)
      for (const chosen of subsets(parts.length, size)) {
        const facts = this.#carriedOut(chosen);
        if (facts === null) continue;
        if (this.#judged >= MAX_JUDGED) return null;
        const tried = this.#try(chosen, facts);
        if (isGood(tried)) return { kind: 'found', chosen, facts };
      }
    return null;
  }

  /** All that can be done, less what is not needed for it. */
  byReduction(): SmallestRepair<Facts> | null {
    if (this.#judged < MAX_JUDGED) return null;
    let kept = this.#possible();
    let found = this.#tryAll(kept);
    if (found === null || !isGood(found)) return null;
    for (const part of kept.toReversed()) {
      const without = kept.filter((one) => one !== part);
      const tried = this.#tryAll(without);
      if (tried === null || !isGood(tried)) continue;
      kept = without;
      found = tried;
    }
    return { kind: 'found', chosen: kept, facts: found.facts };
  }

  impossible(): SmallestRepair<Facts> {
    const nothing = { broken: assess(this.#task, this.#task.before).broken, worse: [] };
    const { broken, worse } = this.#best ?? nothing;
    const refused = [...this.#refused].map(([index, reason]) => ({
      name: this.#task.parts[index]?.name ?? '',
      reason,
    }));
    return { kind: 'impossible', broken, worse, refused, missing: [] };
  }

  /** Facts after these parts; null where one of them would not be done, or changes nothing. */
  #carriedOut(chosen: readonly number[]): Facts | null {
    let { facts } = this.#task;
    for (const index of chosen) {
      const effect = this.#task.parts[index]?.effect(facts);
      if (effect?.kind !== 'change') {
        // Alone: another part may make room for it.
        if (effect?.kind === 'notApplicable') this.#refused.set(index, effect.reason);
        return null;
      }
      facts = effect.facts;
    }
    for (const index of chosen) this.#refused.delete(index);
    return facts;
  }

  /** Those that can be done one after the other. */
  #possible(): number[] {
    let { facts } = this.#task;
    return this.#task.parts.flatMap((part, index) => {
      const effect = part.effect(facts);
      if (effect.kind !== 'change') return [];
      ({ facts } = effect);
      return [index];
    });
  }

  #tryAll(chosen: readonly number[]): Tried<Facts> | null {
    const facts = this.#carriedOut(chosen);
    return facts === null ? null : this.#try(chosen, facts);
  }

  #try(chosen: readonly number[], facts: Facts): Tried<Facts> {
    this.#judged += 1;
    const tried = { ...assess(this.#task, this.#task.judge(facts)), chosen, facts };
    const best = this.#best;
    if (best === null || badnessOf(tried) < badnessOf(best)) this.#best = tried;
    return tried;
  }
}

const badnessOf = ({ broken, worse }: Assessment): number => broken.length + worse.length;
const isGood = (one: Assessment): boolean => badnessOf(one) === 0;

/** Every choice of `size` out of the first `count` numbers, ascending, the first ones first. */
function* subsets(count: number, size: number, from = 0): Generator<readonly number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= count - size; first += 1)
    for (const rest of subsets(count, size - 1, first + 1)) yield [first, ...rest];
}
