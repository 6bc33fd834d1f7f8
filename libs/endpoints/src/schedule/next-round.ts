import {
  HANDSHAKES_PER_HOUR,
  HANDSHAKES_PER_LOOK,
  HANDSHAKES_PER_ROUND,
  HANDSHAKES_PER_UNIT,
  ROUND_EVERY_MS,
  type ProbeUnit,
  type Round,
  type ScheduleState,
} from './types.ts';

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A fleet that starts together drifts apart. Only ever later: the limit is a limit. */
const JITTER = 0.2;

/**
 * What to shake hands with now (issue: at most every 15 min per endpoint, jittered, at most 60 handshakes an hour and host). Endpoints
 * come first, those not looked at for longest in front; then what was never probed or changed, then what is a day old. Pure; `random` in
 * [0, 1), `now` in milliseconds since 1970. What lies in the future was written by a clock that was wrong, and is not waited for.
 */
export function nextRound(state: ScheduleState, now: number, random: number): Round {
  if (!roundMayBegin(state, now)) return nothing(state, now, random);
  const left = Math.min(HANDSHAKES_PER_ROUND, HANDSHAKES_PER_HOUR - spentBefore(state, now));
  const looks = Math.min(left, HANDSHAKES_PER_ROUND - HANDSHAKES_PER_UNIT) / HANDSHAKES_PER_LOOK;
  const observe = endpointsDue(state, now).slice(0, Math.floor(looks));
  let handshakes = observe.length * HANDSHAKES_PER_LOOK;
  const probe: string[] = [];
  for (const unit of unitsDue(state, { now, observe })) {
    // A smaller one that comes after it would fit, and again, and it would never have its turn.
    if (handshakes + unit.handshakes > left) break;
    handshakes += unit.handshakes;
    probe.push(unit.key);
  }
  if (handshakes === 0) return nothing(state, now, random);
  return { observe, probe, handshakes, nextAt: now + jittered(ROUND_EVERY_MS, random) };
}

/** The state once a round was begun at `at`, whether or not anything answered. */
export function afterRound(state: ScheduleState, round: Round, at: number): ScheduleState {
  const observed = new Set(round.observe);
  const probed = new Set(round.probe);
  return {
    lastRoundAt: at,
    spent: [...recent(state, at), { at, handshakes: round.handshakes }],
    endpoints: state.endpoints.map((one) => (observed.has(one.id) ? { ...one, lastAt: at } : one)),
    units: state.units.map((one) => (probed.has(one.key) ? { ...one, lastAt: at, changed: false } : one)),
  };
}

function recent(state: ScheduleState, now: number): ScheduleState['spent'] {
  return state.spent.filter(({ at }) => at > now - HOUR_MS && at <= now);
}

function spentBefore(state: ScheduleState, now: number): number {
  return recent(state, now).reduce((sum, { handshakes }) => sum + handshakes, 0);
}

function roundMayBegin({ lastRoundAt }: ScheduleState, now: number): boolean {
  return lastRoundAt === null || lastRoundAt > now || now - lastRoundAt >= ROUND_EVERY_MS;
}

/** More endpoints than half of an hour's handshakes allow are looked at less often: the other half is the probes'. */
function lookEveryMs(state: ScheduleState): number {
  const wanted = state.endpoints.length * HANDSHAKES_PER_LOOK;
  return Math.max(ROUND_EVERY_MS, (wanted / (HANDSHAKES_PER_HOUR / 2)) * HOUR_MS);
}

/** When something may be done again; -Infinity: it never was. */
function dueAt(lastAt: number | null, every: number, now: number): number {
  return lastAt === null || lastAt > now ? -Infinity : lastAt + every;
}

function endpointsDue(state: ScheduleState, now: number): string[] {
  const every = lookEveryMs(state);
  return state.endpoints
    .map(({ id, lastAt }) => ({ id, due: dueAt(lastAt, every, now) }))
    .filter(({ due }) => due <= now)
    .toSorted((a, b) => (a.due === b.due ? order(a.id, b.id) : a.due - b.due))
    .map(({ id }) => id);
}

const unitDueAt = (unit: ProbeUnit, now: number): number =>
  dueAt(unit.changed ? null : unit.lastAt, DAY_MS, now);

/** Without a chain there is nothing to hold a probe against. */
function unitsDue(
  state: ScheduleState,
  { now, observe }: { readonly now: number; readonly observe: readonly string[] },
): ProbeUnit[] {
  const seen = new Set([
    ...observe,
    ...state.endpoints.flatMap(({ id, lastAt }) => (lastAt === null ? [] : [id])),
  ]);
  return state.units
    .filter(({ endpoint, handshakes }) => seen.has(endpoint) && handshakes <= HANDSHAKES_PER_UNIT)
    .map((unit) => ({ unit, due: unitDueAt(unit, now) }))
    .filter(({ due }) => due <= now)
    .toSorted((a, b) => (a.due === b.due ? waitedLonger(a.unit, b.unit) : a.due - b.due))
    .map(({ unit }) => unit);
}

/** What changes all the time must not keep the rest from its turn. */
function waitedLonger(a: ProbeUnit, b: ProbeUnit): number {
  const [one, other] = [a.lastAt ?? -1, b.lastAt ?? -1];
  return one === other ? order(a.key, b.key) : one - other;
}

const order = (a: string, b: string): number => (a < b ? -1 : 1);

const jittered = (ms: number, random: number): number => Math.round(ms * (1 + JITTER * random));

/** Nothing now: when something is due, may begin and has handshakes left; within the hour, since new endpoints and facts come. */
function nothing(state: ScheduleState, now: number, random: number): Round {
  const every = lookEveryMs(state);
  const due = Math.min(
    ...state.endpoints.map(({ lastAt }) => dueAt(lastAt, every, now)),
    ...state.units.map((unit) => unitDueAt(unit, now)),
  );
  const begin =
    state.lastRoundAt === null || state.lastRoundAt > now ? now : state.lastRoundAt + ROUND_EVERY_MS;
  const at = Math.min(Math.max(due, begin, now + MINUTE_MS), now + HOUR_MS);
  return { observe: [], probe: [], handshakes: 0, nextAt: at + jittered(MINUTE_MS, random) - MINUTE_MS };
}
