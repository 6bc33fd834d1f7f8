import { sha256Hex } from '@trustfleet/certificates';
import type { PresentEntry } from '../../entry-store.ts';
import type { WindowsCertificate, WindowsPhysicalStore, WindowsStorePort } from '../../ports.ts';
import { failed, messageOf } from '../../store-change.ts';
import type { ChangeOptions, EntryAccess, EntryState, StoreChange } from '../../types.ts';
import { locationOf, type WindowsPlace } from './layout.ts';
import { whyNotChangeable } from './read.ts';
import { certificatesIn } from './snapshot.ts';
import {
  addedEntry,
  byCertificate,
  sameStanding,
  standingOf,
  trustIn,
  windowsEntryOf,
  type Copies,
} from './standing.ts';

const NOTHING: StoreChange = { state: 'done', files: [], commands: [] };
const ABSENT: EntryState = { kind: 'absent' };
/** Who brings a copy that is not the registry's, and what to do about it. */
const OWNERS: Readonly<Record<WindowsPhysicalStore, string>> = {
  registry: '',
  groupPolicy: 'a group policy brings it: take it out of the policy',
  enterprise: 'the domain brings it to every machine: take it out of the directory (certutil -viewdelstore)',
  authRoot: 'Windows brings it with the Microsoft root program: put it into LocalMachine\\Disallowed instead',
  other: 'a smart card or another product brings it: take it out there',
};

export interface WindowsTarget {
  readonly windows: WindowsStorePort;
  readonly place: WindowsPlace;
}

/**
 * Entries as programs see them: a copy that policy or Windows itself brings counts as present, and to write another one beside it would
 * be refused (trust-stores.md §6.2). Standings are the store's own: what Disallowed rejects is an entry of that store.
 */
export function effectiveEntries(target: WindowsTarget): EntryAccess {
  const { place } = target;
  const own = ownRegistry(target);
  return {
    async get(sha256) {
      const found = await copiesOf(target, sha256);
      return found === null ? ABSENT : standingOf(place, found.copies[0]);
    },
    trusting: (der) => addedEntry(place, der),
    ...(place.store === 'Disallowed' ? { distrusting: (der: Uint8Array) => addedEntry(place, der) } : {}),
    async put(sha256, state, options) {
      const found = await triedTo(() => copiesOf(target, sha256));
      if (found !== null && 'reason' in found) return found;
      const copies = found?.copies ?? [];
      const others = copies.filter(({ physical }) => physical !== 'registry');
      if (state.kind === 'absent') return await takeOut(own, { sha256, options, place, others });
      if (copies.length > 0 && trustIn(place, copies) === state.trust && asksForTrustAlone(place, state))
        return NOTHING;
      // It was as somebody else's copy says: what stands before that one goes.
      const likeAnother = others.some((copy) => sameStanding(standingOf(place, copy), state));
      return await own.put(sha256, likeAnother ? ABSENT : state, options);
    },
  };
}

interface TakeOut {
  readonly sha256: string;
  readonly options: ChangeOptions | undefined;
  readonly place: WindowsPlace;
  readonly others: readonly WindowsCertificate[];
}

async function takeOut(own: EntryAccess, { sha256, options, place, others }: TakeOut): Promise<StoreChange> {
  const removed = await own.put(sha256, ABSENT, options);
  const [left] = others;
  if (left === undefined || removed.state === 'failed') return removed;
  return failed(`${locationOf(place, left.physical)} still holds the certificate: ${OWNERS[left.physical]}`);
}

function asksForTrustAlone(place: WindowsPlace, state: PresentEntry): boolean {
  return sameStanding(state, addedEntry(place, Buffer.from(state.der, 'base64')));
}

/** The machine's own registry store alone, for what is put back exactly as it was. */
export function ownRegistry(target: WindowsTarget): EntryAccess {
  const { windows, place } = target;
  const get = async (sha256: string): Promise<EntryState> => {
    const copy = (await copiesOf(target, sha256))?.copies.find(({ physical }) => physical === 'registry');
    return copy === undefined ? ABSENT : standingOf(place, copy);
  };
  return {
    get,
    trusting: (der) => addedEntry(place, der),
    async put(sha256, state, options = {}) {
      const now = await triedTo(() => get(sha256));
      if ('reason' in now) return now;
      if (isSame(now, state)) return NOTHING;
      const refusal = await whyNotPut(target, { sha256, state, options });
      if (refusal !== null) return failed(refusal);
      return await triedTo(async () => {
        await write(windows, place, { sha256, state });
        return NOTHING;
      });
    },
  };
}

interface Wanted {
  readonly sha256: string;
  readonly state: EntryState;
}

async function write(
  windows: WindowsStorePort,
  { store }: WindowsPlace,
  { sha256, state }: Wanted,
): Promise<void> {
  const entry = state.kind === 'present' ? windowsEntryOf(state) : null;
  if (entry === null) await windows.remove(store, sha256);
  else await windows.put(store, entry);
}

async function whyNotPut(
  { windows, place }: WindowsTarget,
  { sha256, state, options }: Wanted & { readonly options: ChangeOptions },
): Promise<string | null> {
  if (options.signal?.aborted === true) return `The change of ${place.path} was stopped before it began`;
  if (state.kind === 'present') {
    if (sha256Hex(Buffer.from(state.der, 'base64')) !== sha256)
      return `What was to be put into ${place.path} is not the certificate ${sha256}`;
    if (windowsEntryOf(state) === null)
      return `What was to be put into ${place.path} is limited to purposes that are no object identifiers`;
  }
  return await whyNotChangeable(windows, place);
}

function isSame(now: EntryState, wanted: EntryState): boolean {
  if (now.kind === 'absent' || wanted.kind === 'absent') return now.kind === wanted.kind;
  return sameStanding(now, wanted);
}

async function copiesOf({ windows, place }: WindowsTarget, sha256: string): Promise<Copies | null> {
  const all = byCertificate(await certificatesIn(windows, place));
  return all.find((one) => one.sha256 === sha256) ?? null;
}

/** A reading or a call of crypt32 that fails is a change that did not happen; its message says what to do. */
async function triedTo<T>(work: () => Promise<T>): Promise<T | Extract<StoreChange, { state: 'failed' }>> {
  try {
    return await work();
  } catch (error) {
    return failed(messageOf(error));
  }
}
