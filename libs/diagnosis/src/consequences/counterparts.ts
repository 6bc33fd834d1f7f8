import type { TrustSource } from '@trustfleet/protocol';
import { sourceId } from '../trust-sources/source-id.ts';

/** What tells trust sources apart, and whether they trust the same. */
export type ComparedSource = Pick<
  TrustSource,
  'id' | 'python' | 'client' | 'install' | 'accounts' | 'code' | 'state' | 'digest'
>;

/** One consumer before and after a change; null where it is not there. */
export interface Counterparts {
  readonly before: ComparedSource | null;
  readonly after: ComparedSource | null;
  /** For whom: empty for programs of no account of its own. */
  readonly accounts: readonly string[];
}

/**
 * Who was what before: the same Python, client and account. Setting a variable for one account gives it trust sources of its own, with ids
 * of their own; before, the machine's stood for it, and the other way round.
 */
export function counterpartsOf(
  before: readonly ComparedSource[],
  after: readonly ComparedSource[],
): readonly Counterparts[] {
  const groups = new Map<string, { before: ComparedSource[]; after: ComparedSource[] }>();
  const put = (side: 'before' | 'after', sources: readonly ComparedSource[]): void => {
    for (const source of sources) {
      const key = groupOf(source);
      const group = groups.get(key) ?? { before: [], after: [] };
      group[side].push(source);
      groups.set(key, group);
    }
  };
  put('before', before);
  put('after', after);
  return [...groups.values()].flatMap(pairsOf);
}

const groupOf = ({ python, client, code }: ComparedSource): string =>
  JSON.stringify([python, client, code == null ? null : [code.path, code.rule]]);

function pairsOf(group: { before: ComparedSource[]; after: ComparedSource[] }): Counterparts[] {
  const accounts = new Set([...group.before, ...group.after].flatMap((source) => source.accounts));
  const merged = new Map<string, { pair: Omit<Counterparts, 'accounts'>; accounts: string[] }>();
  for (const account of ['', ...[...accounts].toSorted()]) {
    for (const pair of matched(standsFor(group.before, account), standsFor(group.after, account))) {
      const key = JSON.stringify([pair.before?.id, pair.after?.id]);
      const known = merged.get(key) ?? { pair, accounts: [] };
      known.accounts.push(account);
      merged.set(key, known);
    }
  }
  return [...merged.values()].map(({ pair, accounts: named }) => ({
    ...pair,
    // The machine's stands for everybody who has nothing else, so that it names nobody.
    accounts: named.includes('') ? [] : named,
  }));
}

/** The trust sources of an account: its own, else the machine's. */
function standsFor(sources: readonly ComparedSource[], account: string): ComparedSource[] {
  if (account === '') return sources.filter(({ accounts }) => accounts.length === 0);
  const own = sources.filter(({ accounts }) => accounts.includes(account));
  return own.length > 0 ? own : sources.filter(isMachines);
}

/** Services have variables of their own and no account; of what code says, where there is one, nothing on the wire tells them apart. */
function isMachines({ id, client, python, install, accounts, code }: ComparedSource): boolean {
  if (accounts.length > 0) return false;
  return code != null || id === sourceId({ client, python, install, account: '', service: '' });
}

/** The same copy of a library if it is still there, else the one that took its place. */
function matched(
  before: readonly ComparedSource[],
  after: readonly ComparedSource[],
): Omit<Counterparts, 'accounts'>[] {
  const [left, right] = [[...before].toSorted(byId), [...after].toSorted(byId)];
  const pairs: Omit<Counterparts, 'accounts'>[] = [];
  const same: readonly ((one: ComparedSource, other: ComparedSource) => boolean)[] = [
    (one, other) => one.id === other.id,
    (one, other) => one.install === other.install && isMachines(one) === isMachines(other),
    (one, other) => one.install === other.install,
    () => true,
  ];
  for (const isSame of same) {
    for (const one of [...left]) {
      const at = right.findIndex((other) => isSame(one, other));
      if (at === -1) continue;
      left.splice(left.indexOf(one), 1);
      pairs.push({ before: one, after: right.splice(at, 1)[0] ?? null });
    }
  }
  return [
    ...pairs,
    ...left.map((one) => ({ before: one, after: null })),
    ...right.map((one) => ({ before: null, after: one })),
  ];
}

const byId = (a: ComparedSource, b: ComparedSource): number => (a.id < b.id ? -1 : Number(a.id > b.id));
