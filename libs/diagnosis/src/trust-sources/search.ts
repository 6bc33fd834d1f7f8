import type { TrustSource } from '@trustfleet/protocol';
import type { Origin } from './facts-index.ts';
import { step, type Place, type Step, type StepReason } from './step.ts';

/** How a client's search for its anchors ends. */
export interface End {
  readonly state: TrustSource['state'];
  /** What it raises, as its users see it; for `unknown` why nothing can be said. */
  readonly error: string | null;
  readonly origins: readonly Origin[];
  /** The variable by which they were reached. */
  readonly variable: string | null;
  /** True where the search ended in Python's default store, whose context is stricter (python-tls.md §3, 3.13). */
  readonly byDefaultContext: boolean;
}
export interface Found {
  readonly steps: readonly Step[];
  readonly end: End;
}

/** One place where a client looks. `look` null: nothing stands there, the next one is asked. */
export interface Rung {
  readonly place: Place;
  readonly look: (() => Found) | null;
  /** How the step stands where nothing is taken from it; `notSet` by default. */
  readonly passed?: { readonly outcome: Step['outcome']; readonly reason: StepReason | null };
}

const NOTHING: End = { state: 'anchors', error: null, origins: [], variable: null, byDefaultContext: false };

export function withAnchors(origins: readonly Origin[], more: Partial<End> = {}): End {
  return { ...NOTHING, origins, ...more };
}
export function ended(state: End['state'], error: string | null, variable: string | null = null): End {
  return { ...NOTHING, state, error, variable };
}
/** One step, and the search is over. */
export function found(last: Step, end: End): Found {
  return { steps: [last], end };
}

/** The first that is there wins; what is set and comes later is overridden by it. */
export function firstThatIsThere(rungs: readonly Rung[]): Found {
  const at = rungs.findIndex(({ look }) => look !== null);
  const winner = rungs[at]?.look?.();
  if (winner === undefined) return { steps: rungs.map(passedOver), end: ended('unknown', NOWHERE) };
  const later = rungs
    .slice(at + 1)
    .flatMap((rung) => (rung.look === null ? laterPassed(rung) : [step(rung.place, 'overridden')]));
  return { steps: [...rungs.slice(0, at).map(passedOver), ...winner.steps, ...later], end: winner.end };
}
const NOWHERE = 'No place is known where it looks for its anchors';

function passedOver({ place, passed }: Rung): Step {
  return step(place, passed?.outcome ?? 'notSet', passed?.reason ?? null);
}
/** What is not set and comes too late says nothing; what is set and passed over still does. */
function laterPassed(rung: Rung): Step[] {
  return rung.passed === undefined ? [] : [passedOver(rung)];
}

/** Anchors of `more` as well; what stops the first stops both. */
export function addedTo(base: Found, more: Found): Found {
  const { end } = base;
  const other = more.end;
  const steps = [...base.steps, ...more.steps];
  if (end.state !== 'anchors') return { steps, end };
  if (other.state !== 'anchors') return { steps, end: { ...end, state: other.state, error: other.error } };
  return { steps, end: { ...end, origins: [...end.origins, ...other.origins] } };
}
