import { sha256Hex } from '@trustfleet/certificates';
import type { StoreEntry, TrustStore, TrustStoresSection } from '@trustfleet/protocol';
import { ABSENT, type EntryState } from '../anchor-stores/entry-state.ts';
import type { AnchorStoreAccess } from '../anchor-stores/ports.ts';
import { evaluateAnchor } from '../anchor-stores/verify.ts';

type Present = Extract<EntryState, { kind: 'present' }>;

/** How a change of the store goes; the first one alone reports a failure. `half`: the entry is there and vouches for nothing when the agent is killed. */
export type PutBehaviour = 'works' | 'reportsFailure' | 'doesNothing' | 'half';

/** Stores in memory that are changed entry by entry, shaped like those of Windows; they outlive the agents of a test. */
export interface EntryStores {
  /** Entries by store and digest. */
  readonly held: Map<string, Map<string, Present>>;
  /** What a policy brings into the store of roots, beside ours. */
  readonly ofPolicy: Map<string, Present>;
  access(behaviour?: PutBehaviour): AnchorStoreAccess;
}

export const ROOT = 'windows.localMachine.root';
export const DISALLOWED = 'windows.localMachine.disallowed';

const trustIn = (store: string): Present['trust'] => (store === DISALLOWED ? 'distrusted' : 'servers');

export const presentIn = (store: string, der: Uint8Array, name = 'Trustfleet'): Present => ({
  ...{ kind: 'present', der: Buffer.from(der).toString('base64') },
  ...{ trust: trustIn(store), attributes: { friendlyName: name } },
});

function section({ held, ofPolicy }: Omit<EntryStores, 'access'>): TrustStoresSection {
  const stores = [...held].map(([id, own]): TrustStore => {
    const brought = id === ROOT ? ofPolicy : new Map<string, Present>();
    const listed = [...new Map([...brought, ...own])].map(([anchor, { trust, attributes }]): StoreEntry => ({
      ...{ anchor, trust, purposes: null },
      ...(brought.has(anchor)
        ? { origin: 'policy' as const, location: 'group policy' }
        : { origin: 'local' as const, location: 'registry' }),
      name: attributes['friendlyName'] ?? null,
    }));
    const anchors = listed
      .filter(({ trust }) => trust === 'servers')
      .map(({ anchor }) => anchor)
      .sort();
    return {
      ...{ id, driver: 'windows', operatingSystem: id === ROOT, name: id, anchorDirectory: null },
      ...{ localAnchors: [], cannotChange: null, entries: listed },
      bundle: {
        ...{ path: id, realPath: null, state: 'read', detail: null, size: null, problems: [] },
        ...{ sha256: sha256Hex(Buffer.from(anchors.join('\n'))), anchors, opensslAccepts: true },
      },
    };
  });
  return { stores };
}

const never = (): never => {
  throw new Error('these stores have no files');
};

export function createEntryStores(): EntryStores {
  const held: EntryStores['held'] = new Map([
    [ROOT, new Map<string, Present>()],
    [DISALLOWED, new Map<string, Present>()],
  ]);
  const ofPolicy: EntryStores['ofPolicy'] = new Map();
  const broughtTo = (store = ROOT): EntryStores['ofPolicy'] =>
    store === ROOT ? ofPolicy : new Map<string, Present>();
  const entriesOf = (store = ROOT): Map<string, Present> => held.get(store) ?? never();
  const put = (store: string | undefined, anchor: string, state: EntryState): void => {
    if (state.kind === 'absent') entriesOf(store).delete(anchor);
    else entriesOf(store).set(anchor, state);
  };
  return {
    held,
    ofPolicy,
    access(behaviour = 'works') {
      let puts = 0;
      return {
        trustStores: () => Promise.resolve(section({ held, ofPolicy })),
        entry: ({ anchor, store }) =>
          Promise.resolve(entriesOf(store).get(anchor) ?? broughtTo(store).get(anchor) ?? ABSENT),
        standing: (how, der, store = ROOT) =>
          Promise.resolve(how === 'trusting' ? presentIn(store, der) : null),
        isUnfinished: (_where, state) =>
          Promise.resolve(state.kind === 'present' && state.attributes['unfinished'] === 'yes'),
        putEntry({ anchor, store }, state) {
          if (behaviour === 'half' && state.kind === 'present') {
            put(store, anchor, { ...state, trust: 'otherPurposes', attributes: { unfinished: 'yes' } });
            return new Promise(() => undefined);
          }
          if (behaviour !== 'doesNothing') put(store, anchor, state);
          puts += 1;
          if (state.kind === 'absent' && broughtTo(store).has(anchor))
            return Promise.resolve({ reason: 'the group policy still holds it' });
          const fails = behaviour === 'reportsFailure' && puts === 1;
          return Promise.resolve({ reason: fails ? 'crypt32 said no' : null });
        },
        readBack: (where) => Promise.resolve(evaluateAnchor(section({ held, ofPolicy }), where)),
        toolAtRest: () => Promise.resolve(),
        ...{ readFile: never, attributes: never, writeFile: never, removeFile: never, sweep: never },
        ...{ isDirectory: never, runTool: never },
      };
    },
  };
}
