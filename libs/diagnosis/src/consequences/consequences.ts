import {
  clip,
  type ConfiguredEndpoint,
  type Verdict,
  type VerdictChange,
  type VerdictsSection,
} from '@trustfleet/protocol';
import { type ComparedSource, counterpartsOf, type Counterparts } from './counterparts.ts';

/** What is compared: of a stored section, of a prediction, or of a measurement. */
export interface Judged {
  readonly sources: readonly ComparedSource[];
  readonly verdicts: readonly JudgedVerdict[];
}
export type JudgedVerdict = Pick<Verdict, 'source' | 'endpoint' | 'predicted' | 'probed' | 'cause'>;
export type EndpointAddress = Pick<ConfiguredEndpoint, 'id' | 'host' | 'port'>;

/** Limit of `verdicts` of a plan and of `proof` of an event. */
export const MAX_CHANGES = 500;

/**
 * How every known verdict of a host changes: those that get worse first, then those that get better, then what else differs; what stays as
 * it is, is not named. A consumer is the same by its Python, client and account; ids of trust sources may differ. Pure; at most 500.
 */
export function consequences(
  before: Judged | VerdictsSection,
  after: Judged | VerdictsSection,
  endpoints: readonly EndpointAddress[],
): VerdictChange[] {
  return changesOf(comparisons(before, after, endpoints));
}

/** What differs, what matters most first; at most 500. */
export function changesOf(compared: readonly Pick<Comparison, 'change'>[]): VerdictChange[] {
  return compared
    .map(({ change }) => change)
    .filter((change) => change.before !== change.after)
    .toSorted(byImportance)
    .slice(0, MAX_CHANGES);
}

/** One verdict before beside the one after. */
export interface Comparison {
  readonly change: VerdictChange;
  /** What is compared of the two; null where there is none. */
  readonly outcome: Verdict['predicted'] | null;
  /** The verdict afterwards, and whose it is; null where there is none. */
  readonly verdict: JudgedVerdict | null;
  readonly source: ComparedSource | null;
}

/** Every verdict before beside the one after, also where nothing changes; in no order that means anything. */
export function comparisons(
  before: Judged,
  after: Judged,
  endpoints: readonly EndpointAddress[],
): Comparison[] {
  const [then, now] = [bySource(before), bySource(after)];
  const addresses = new Map(endpoints.map(({ id, host, port }) => [id, `${host}:${port}`]));
  return counterpartsOf(before.sources, after.sources).flatMap((pair) => {
    const [old, current] = [verdictsOf(then, pair.before), verdictsOf(now, pair.after)];
    return [...new Set([...old.keys(), ...current.keys()])].map((endpoint) =>
      comparisonOf(pair, {
        endpoint,
        address: addresses.get(endpoint) ?? endpoint,
        before: old.get(endpoint),
        after: current.get(endpoint),
      }),
    );
  });
}

/** It verified, and would no longer: it fails, or no longer looks. What is not known, or no longer there, is no worse. */
export function isWorse({ before, after }: Pick<VerdictChange, 'before' | 'after'>): boolean {
  return before === 'verifies' && (after === 'fails' || after === 'unverified');
}

/** It verifies, and did not. */
export function isBetter({ before, after }: Pick<VerdictChange, 'before' | 'after'>): boolean {
  return after === 'verifies' && before !== 'verifies' && before !== 'absent';
}

function bySource({ verdicts }: Judged): Map<string, Map<string, JudgedVerdict>> {
  const found = new Map<string, Map<string, JudgedVerdict>>();
  for (const verdict of verdicts) {
    const ofSource = found.get(verdict.source) ?? new Map<string, JudgedVerdict>();
    found.set(verdict.source, ofSource.set(verdict.endpoint, verdict));
  }
  return found;
}

const NONE: ReadonlyMap<string, JudgedVerdict> = new Map();

function verdictsOf(
  all: ReadonlyMap<string, ReadonlyMap<string, JudgedVerdict>>,
  source: ComparedSource | null,
): ReadonlyMap<string, JudgedVerdict> {
  return source === null ? NONE : (all.get(source.id) ?? NONE);
}

function comparisonOf(
  pair: Counterparts,
  at: {
    readonly endpoint: string;
    readonly address: string;
    readonly before: JudgedVerdict | undefined;
    readonly after: JudgedVerdict | undefined;
  },
): Comparison {
  const [before, after] = outcomes(pair, at.before, at.after);
  const change: VerdictChange = {
    ...subjectOf(pair),
    ...{ endpoint: at.endpoint, address: at.address },
    before: before?.result ?? 'absent',
    after: after?.result ?? 'absent',
    ...whyNot(after, at.after),
  };
  return { change, outcome: after, verdict: at.after ?? null, source: pair.after };
}

function subjectOf({
  before,
  after,
  accounts,
}: Counterparts): Pick<VerdictChange, 'python' | 'client' | 'accounts'> {
  const source = after ?? before;
  if (source === null) throw new Error('Nobody is compared with nobody.');
  return { python: source.python, client: source.client, accounts: [...accounts].slice(0, 200) };
}

/** Of what does not verify afterwards. */
function whyNot(
  outcome: Outcome | null,
  verdict: JudgedVerdict | undefined,
): Pick<VerdictChange, 'cause' | 'error'> {
  if (outcome === null || outcome.result === 'verifies') return { cause: null, error: null };
  const { error } = outcome;
  return { cause: verdict?.cause ?? null, error: error === null ? null : clip(error, 512) };
}

type Outcome = Verdict['predicted'];

/**
 * Like is compared with like: two handshakes, or two predictions. What a handshake found before stands for a source that will trust
 * exactly the same, whatever was predicted of it.
 */
function outcomes(
  pair: Counterparts,
  before: JudgedVerdict | undefined,
  after: JudgedVerdict | undefined,
): readonly [Outcome | null, Outcome | null] {
  if (before === undefined || after === undefined) return [seen(before), seen(after)];
  if (before.probed !== null && after.probed !== null) return [before.probed, after.probed];
  const steady = trustsTheSame(pair) && before.predicted.result === after.predicted.result;
  if (steady && before.probed !== null) return [before.probed, before.probed];
  if (steady && after.probed !== null) return [after.probed, after.probed];
  return [before.predicted, after.predicted];
}

const seen = (verdict: JudgedVerdict | undefined): Outcome | null =>
  verdict === undefined ? null : (verdict.probed ?? verdict.predicted);

function trustsTheSame({ before, after }: Counterparts): boolean {
  return before !== null && after !== null && before.state === after.state && before.digest === after.digest;
}

const rankOf = (change: VerdictChange): number => (isWorse(change) ? 0 : isBetter(change) ? 1 : 2);

function byImportance(a: VerdictChange, b: VerdictChange): number {
  const [one, other] = [keyOf(a), keyOf(b)];
  return rankOf(a) - rankOf(b) || (one < other ? -1 : Number(one > other));
}

const keyOf = ({ python, client, accounts, address, endpoint }: VerdictChange): string =>
  JSON.stringify([python, client, accounts, address, endpoint]);
