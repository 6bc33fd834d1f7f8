import { parseBundle, sha256Hex } from '@trustfleet/certificates';
import type { LocalAnchor, StoreEntry, TrustStoresSection } from '@trustfleet/protocol';
import { ABSENT } from '../anchor-stores/entry-state.ts';
import type { AnchorStoreAccess } from '../anchor-stores/ports.ts';
import { evaluateAnchor } from '../anchor-stores/verify.ts';

const SOURCE = '/etc/pki/ca-trust/source';
export const ANCHORS = `${SOURCE}/anchors`;
const VENDOR = '/usr/share/pki/ca-trust-source/vendor.pem';
const BUNDLE = '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem';

/** A store of the RHEL family in memory. Its tool makes what p11-kit would: anchors and what the vendor ships, less what is blocked. */
export interface BlocklistStore {
  /** Contents by path. */
  readonly files: Map<string, Buffer>;
  /** Where it rejects: the newer name of the directory, or the older one. */
  readonly blocklist: string;
  access(): AnchorStoreAccess;
}

const anchorsIn = (content: Buffer): readonly string[] => parseBundle(content).anchors;

const below = (files: BlocklistStore['files'], directory: string): [string, Buffer][] =>
  [...files].filter(([path]) => path.startsWith(`${directory}/`)).sort();

function sectionOf({ files, blocklist }: Pick<BlocklistStore, 'files' | 'blocklist'>): TrustStoresSection {
  const bundle = files.get(BUNDLE) ?? Buffer.alloc(0);
  const entries = below(files, blocklist).flatMap(([location, content]) =>
    anchorsIn(content).map((anchor): StoreEntry => {
      return { anchor, trust: 'distrusted', origin: 'local', name: null, location, purposes: null };
    }),
  );
  const localAnchors = below(files, ANCHORS).map(([path, content]): LocalAnchor => {
    return { path, anchor: anchorsIn(content)[0] ?? null, problem: null };
  });
  return {
    stores: [
      {
        ...{ id: 'rhel', driver: 'rhel', operatingSystem: true, name: 'Rocky Linux 9', cannotChange: null },
        ...{ anchorDirectory: ANCHORS, localAnchors, entries },
        bundle: {
          ...{
            path: BUNDLE,
            realPath: BUNDLE,
            state: 'read',
            detail: null,
            problems: [],
            opensslAccepts: true,
          },
          ...{ sha256: sha256Hex(bundle), size: bundle.length, anchors: [...anchorsIn(bundle)] },
        },
      },
    ],
  };
}

export function createBlocklistStore(
  shipped: readonly string[],
  name: 'blocklist' | 'blacklist' = 'blocklist',
): BlocklistStore {
  const files = new Map<string, Buffer>([[VENDOR, Buffer.from(shipped.join(''))]]);
  const blocklist = `${SOURCE}/${name}`;
  const extract = (): void => {
    const blocked = new Set(below(files, blocklist).flatMap(([, content]) => anchorsIn(content)));
    const sources = [
      files.get(VENDOR) ?? Buffer.alloc(0),
      ...below(files, ANCHORS).map(([, content]) => content),
    ];
    const kept = parseBundle(Buffer.concat(sources)).certificates.filter(
      ({ sha256 }) => !blocked.has(sha256),
    );
    const pem = kept.map(
      ({ der }) =>
        `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`,
    );
    files.set(BUNDLE, Buffer.from([...new Set(pem)].join('')));
  };
  extract();
  const section = (): TrustStoresSection => sectionOf({ files, blocklist });
  const access: AnchorStoreAccess = {
    trustStores: () => Promise.resolve(section()),
    readFile: (path) => Promise.resolve(files.get(path) ?? null),
    attributes: (path) =>
      Promise.resolve(files.has(path) ? { plain: true, mode: 0o644, uid: 0, gid: 0 } : null),
    isDirectory: (path) => Promise.resolve(path === blocklist),
    writeFile: (path, bytes) => Promise.resolve(void files.set(path, Buffer.from(bytes))),
    removeFile: (path) => Promise.resolve(void files.delete(path)),
    sweep: () => Promise.resolve(),
    runTool: () => {
      extract();
      return Promise.resolve({ reason: null });
    },
    toolAtRest: () => Promise.resolve(),
    entry: () => Promise.resolve(ABSENT),
    standing: () => Promise.resolve(null),
    isUnfinished: () => Promise.resolve(false),
    putEntry: () => Promise.resolve({ reason: 'This store has no entries.' }),
    readBack: (where) => Promise.resolve(evaluateAnchor(section(), where)),
  };
  return { files, blocklist, access: () => access };
}
