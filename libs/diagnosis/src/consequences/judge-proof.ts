import type { VerdictChange } from '@trustfleet/protocol';
import {
  changesOf,
  type Comparison,
  comparisons,
  type EndpointAddress,
  isBetter,
  isWorse,
  type Judged,
} from './consequences.ts';
import { isTrustFailure } from './trust-failure.ts';

/** A point of a measurement: id of its trust source, id of its endpoint. */
export type PointId = `${string} ${string}`;

export interface ProofTask {
  readonly endpoints: readonly EndpointAddress[];
  /** What the plan said would change. */
  readonly planned: readonly VerdictChange[];
  /** Somebody decided that what the plan makes worse may become so. */
  readonly allowWorse: boolean;
  /** Only these points were looked at again; absent: all. */
  readonly only?: ReadonlySet<PointId> | undefined;
}

/** What real handshakes say of a change, after it was made. */
export interface Proof {
  /** Verified before, and now fails with an error of trust: the change has to go. */
  readonly worse: readonly VerdictChange[];
  /** Was to verify by the plan, and fails with an error of trust all the same. */
  readonly stillFails: readonly VerdictChange[];
  /** Has to verify, and could not be told: nothing was reached. */
  readonly open: readonly { readonly point: PointId; readonly change: VerdictChange }[];
  /** All that differs, what is worse first. */
  readonly changes: readonly VerdictChange[];
  /** All that was looked at, also what is as it was: an earlier answer about it no longer counts. */
  readonly asked: readonly VerdictChange[];
}

/**
 * Compares what was measured before the first step with what is measured after the last. What verified before has to verify, and what the
 * plan said would verify. Pure.
 */
export function judgeProof(before: Judged, after: Judged, task: ProofTask): Proof {
  const compared = comparisons(before, after, task.endpoints).filter((one) => isAsked(one, task.only));
  const proof = {
    worse: [] as VerdictChange[],
    stillFails: [] as VerdictChange[],
    open: [] as Proof['open'][number][],
  };
  for (const one of compared) {
    switch (standingOf(one, task)) {
      case 'worse':
        proof.worse.push(one.change);
        break;
      case 'stillFails':
        proof.stillFails.push(one.change);
        break;
      case 'open':
        proof.open.push({ point: pointOf(one), change: one.change });
        break;
      case 'fine':
        break;
    }
  }
  return { ...proof, changes: changesOf(compared), asked: compared.map(({ change }) => change) };
}

type Standing = 'worse' | 'stillFails' | 'open' | 'fine';

function standingOf(one: Comparison, task: ProofTask): Standing {
  const { change } = one;
  const verified = change.before === 'verifies';
  const promised = task.planned.some((line) => isBetter(line) && isSame(line, change));
  const found = verified || promised ? foundAt(one) : 'fine';
  if (found !== 'ofTrust') return found;
  if (!verified) return 'stillFails';
  const allowed = task.allowWorse && task.planned.some((line) => isWorse(line) && isSame(line, change));
  return allowed ? 'fine' : 'worse';
}

/** What of a verdict that has to verify: it does, it fails for a reason of trust, or nobody can tell. */
function foundAt({ outcome, verdict, source }: Comparison): 'fine' | 'open' | 'ofTrust' {
  if (outcome === null || verdict === null || outcome.result === 'verifies') return 'fine';
  // What is predicted alone would not be known any better at another try.
  if (outcome.result === 'unknown') return verdict.probed?.result === 'unknown' ? 'open' : 'fine';
  return outcome.result === 'unverified' || isTrustFailure(outcome, verdict, source) ? 'ofTrust' : 'open';
}

function isAsked(one: Comparison, only: ReadonlySet<PointId> | undefined): boolean {
  return only === undefined || only.has(pointOf(one));
}

const pointOf = ({ source, change }: Comparison): PointId => `${source?.id ?? ''} ${change.endpoint}`;

/** The plan may have put accounts together otherwise than the host did. */
function isSame(line: VerdictChange, change: VerdictChange): boolean {
  if (line.python !== change.python || line.client !== change.client || line.endpoint !== change.endpoint)
    return false;
  if (line.accounts.length === 0 || change.accounts.length === 0) return true;
  return line.accounts.some((account) => change.accounts.includes(account));
}
