import { sha256Hex } from '@trustfleet/certificates';
import { failed, messageOf } from './store-change.ts';
import {
  SnapshotFailed,
  type ChangeOptions,
  type ChangePlan,
  type EntryAccess,
  type EntryState,
  type StoreChange,
  type StoreHandle,
  type StoreReading,
  type StoreSnapshot,
} from './types.ts';

/** What a driver gives for a store that is changed entry by entry. */
export interface EntryStore {
  readonly id: string;
  readonly driver: string;
  read(): Promise<StoreReading>;
  /** Every entry by SHA-256, those that are there. Throws where the store cannot be read. */
  all(): Promise<ReadonlyMap<string, PresentEntry>>;
  readonly entries: EntryAccess;
  /** Whether `add` of ours made it: nothing else does `remove` delete. */
  isOurs(sha256: string, entry: PresentEntry): boolean;
  plan(sha256: string): ChangePlan | null;
}

export type PresentEntry = Extract<EntryState, { kind: 'present' }>;

const ABSENT: EntryState = { kind: 'absent' };
const NOTHING: StoreChange = { state: 'done', files: [], commands: [] };

/** One entry of `all`; absent where it has none. */
export function entryOf(entries: ReadonlyMap<string, PresentEntry>, sha256: string): EntryState {
  return entries.get(sha256) ?? ABSENT;
}

/** The handle of a store without files of ours: every change is a `put` of entries, a snapshot is all of them. */
export function entryStoreHandle(store: EntryStore): StoreHandle {
  const { entries } = store;
  return {
    id: store.id,
    read: () => store.read(),
    plan: (sha256) => store.plan(sha256),
    add: (der, options) => entries.put(sha256Hex(der), entries.trusting(der), options),
    async remove(sha256, options) {
      const entry = await readingOr(() => entries.get(sha256));
      if ('reason' in entry) return entry;
      if (entry.kind === 'absent' || !store.isOurs(sha256, entry)) return NOTHING;
      return entries.put(sha256, ABSENT, options);
    },
    entries,
    snapshot: () => snapshot(store),
    restore: (taken, options) => restore(store, { taken, options }),
    rebuild: () => Promise.resolve(NOTHING),
  };
}

async function readingOr<T>(read: () => Promise<T>): Promise<T | Extract<StoreChange, { state: 'failed' }>> {
  try {
    return await read();
  } catch (error) {
    return failed(messageOf(error));
  }
}

async function snapshot(store: EntryStore): Promise<StoreSnapshot> {
  const { id, driver } = store;
  const entries = await readingOr(() => store.all());
  if ('reason' in entries) throw new SnapshotFailed(entries.reason);
  return { format: 1, driver, id, content: { entries: Object.fromEntries(entries) } };
}

interface Restore {
  readonly taken: StoreSnapshot;
  readonly options: ChangeOptions | undefined;
}

/** Only the entries that differ are touched; the first that fails ends it. */
async function restore(store: EntryStore, { taken, options }: Restore): Promise<StoreChange> {
  const wanted = entriesOf(taken);
  if (wanted === null || taken.driver !== store.driver || taken.id !== store.id)
    return failed(`The snapshot is not one of ${store.id}: take it again from this store`);
  const now = await readingOr(() => store.all());
  if ('reason' in now) return now;
  const all = [...new Set([...now.keys(), ...wanted.keys()])].toSorted();
  // What goes makes room for names before they are given again.
  const order = [...all.filter((sha256) => !wanted.has(sha256)), ...wanted.keys()];
  let done: StoreChange = NOTHING;
  for (const sha256 of order) {
    const change = await store.entries.put(sha256, entryOf(wanted, sha256), options);
    const files = [...new Set([...done.files, ...change.files])];
    done = { ...change, files, commands: [...done.commands, ...change.commands] };
    if (done.state === 'failed') return done;
  }
  return done;
}

function entriesOf(taken: StoreSnapshot): ReadonlyMap<string, PresentEntry> | null {
  const { content } = taken;
  if (typeof content !== 'object' || content === null || !('entries' in content)) return null;
  const { entries } = content;
  if (typeof entries !== 'object' || entries === null) return null;
  const found = Object.entries(entries as Readonly<Record<string, unknown>>);
  return found.every((entry): entry is [string, PresentEntry] => isPresent(entry[1])) ? new Map(found) : null;
}

function isPresent(entry: unknown): entry is PresentEntry {
  return (
    typeof entry === 'object' &&
    entry !== null &&
    'der' in entry &&
    typeof entry.der === 'string' &&
    'attributes' in entry &&
    typeof entry.attributes === 'object'
  );
}
