import { sha256Hex } from '@trustfleet/certificates';
import type { BundleFile, InventoryBundle, TrustStore } from '@trustfleet/protocol';
import type { DiagnosisFacts } from '../facts.ts';

/** A file or directory of anchors that the facts know. */
export type KnownFile = BundleFile & Pick<InventoryBundle, 'form'>;

/** Where anchors come from: one file, one directory, one store. */
export interface Origin {
  readonly kind: 'bundle' | 'store';
  /** Path of a bundle, id of a store. */
  readonly id: string;
  /** Tells apart what is read of it: a store's file, its folder, its view. */
  readonly read: string;
  readonly anchors: readonly string[];
}

/** SHA-256 of all anchors of some origins, sorted; equal sets are one array. */
export interface AnchorUnion {
  readonly anchors: readonly string[];
  readonly digest: string;
}

/** Look-ups in one host's facts, each made once. */
export interface FactsIndex {
  /** Null where the facts do not know that path. */
  file(path: string): KnownFile | null;
  fileBySha256(sha256: string): KnownFile | null;
  /** Of a bundle that a trust store extracts or keeps, the store. */
  originOf(file: KnownFile): Origin;
  readonly stores: readonly TrustStore[];
  union(origins: readonly Origin[]): AnchorUnion;
}

const INDEXES = new WeakMap<DiagnosisFacts['sections'], FactsIndex>();

/** One index for one set of sections. */
export function indexOf(facts: DiagnosisFacts): FactsIndex {
  const known = INDEXES.get(facts.sections);
  if (known !== undefined) return known;
  const made = createIndex(facts);
  INDEXES.set(facts.sections, made);
  return made;
}

function createIndex({ platform, sections }: DiagnosisFacts): FactsIndex {
  const { stores } = sections.trustStores;
  const windows = platform === 'windows';
  const files: KnownFile[] = [...sections.bundles.bundles, ...stores.map(({ bundle }) => bundle)];
  const byPath = firstBy(files, (file) => normalPath(file.path, windows));
  const byRealPath = firstBy(files, ({ realPath }) => realPath && normalPath(realPath, windows));
  const bySha256 = firstBy(files, ({ sha256, form }) => (form === 'directory' ? null : sha256));
  const storeByPath = new Map(
    stores.flatMap((store) => pathsOf(store, windows).map((path) => [path, store.id])),
  );
  return {
    stores,
    file: (path) =>
      byPath.get(normalPath(path, windows)) ?? byRealPath.get(normalPath(path, windows)) ?? null,
    fileBySha256: (sha256) => bySha256.get(sha256) ?? null,
    originOf: (file) => {
      const paths = [file.path, file.realPath].flatMap((path) =>
        path === null ? [] : [normalPath(path, windows)],
      );
      const store = paths.map((path) => storeByPath.get(path)).find((id) => id !== undefined);
      const read = file.path;
      return store === undefined
        ? { kind: 'bundle', id: file.path, read, anchors: file.anchors }
        : { kind: 'store', id: store, read, anchors: file.anchors };
    },
    union: createUnion(),
  };
}

/** A store's bundle by both its names, and the folder of hashed names beside it (Debian's /etc/ssl/certs). */
function pathsOf({ bundle }: TrustStore, windows: boolean): string[] {
  const paths = [bundle.path, bundle.realPath].flatMap((path) =>
    path === null ? [] : [normalPath(path, windows)],
  );
  const folders = paths
    .map((path) => path.slice(0, path.lastIndexOf('/')))
    .filter((path) => /\/certs$/.test(path));
  return [...paths, ...folders];
}

function firstBy(
  files: readonly KnownFile[],
  key: (file: KnownFile) => string | null,
): Map<string, KnownFile> {
  const found = new Map<string, KnownFile>();
  for (const file of files) {
    const by = key(file);
    if (by !== null && by !== '' && !found.has(by)) found.set(by, file);
  }
  return found;
}

/** Names compare without case on Windows, which takes both slashes. */
export function normalPath(path: string, windows: boolean): string {
  const slashes = windows ? path.replaceAll('\\', '/').toLowerCase() : path;
  const single = slashes.replace(/(?!^)\/{2,}/g, '/');
  return single.length > 1 ? single.replace(/\/$/, '') : single;
}

function createUnion(): FactsIndex['union'] {
  const byOrigins = new Map<string, AnchorUnion>();
  const byDigest = new Map<string, AnchorUnion>();
  return (origins) => {
    const key = JSON.stringify(origins.map(({ kind, id, read }) => `${kind} ${id} ${read}`).toSorted());
    const known = byOrigins.get(key);
    if (known !== undefined) return known;
    const anchors = [...new Set(origins.flatMap((origin) => origin.anchors))].toSorted();
    const digest = sha256Hex(new TextEncoder().encode(anchors.join('\n')));
    const union = byDigest.get(digest) ?? { anchors, digest };
    byDigest.set(digest, union);
    byOrigins.set(key, union);
    return union;
  };
}
