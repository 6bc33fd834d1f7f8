import { sha256Hex } from '@trustfleet/certificates';
import type {
  BundleFile,
  BundleProvenance,
  InventoryBundle,
  PythonEnvironment,
  TrustStore,
} from '@trustfleet/protocol';
import type { DiagnosisFacts } from '../facts.ts';

/** A file or directory of anchors that the facts know. */
export type KnownFile = BundleFile & Pick<InventoryBundle, 'form' | 'otherPaths'>;

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

export type Form = 'file' | 'directory';

/** Look-ups in one host's facts, each made once. */
export interface FactsIndex {
  /**
   * What the facts know under that path, of that form where they know both. The list of bundles has one entry an object, under one of its
   * names, so that `ledBy` helps where `path` is a link: what led there, as {@link wayTo} writes it. Null where they know neither.
   */
  file(path: string, ledBy?: string | null, form?: Form): KnownFile | null;
  fileBySha256(sha256: string): KnownFile | null;
  /** Of a bundle that a trust store extracts or keeps, the store. */
  originOf(file: KnownFile): Origin;
  readonly stores: readonly TrustStore[];
  /** Another environment of the very interpreter, that was asked. Null where there is none. */
  askedPython(python: PythonEnvironment): PythonEnvironment | null;
  union(origins: readonly Origin[]): AnchorUnion;
}

/** What leads to a bundle, in one text: `wayTo('variable', 'SSL_CERT_FILE', '/etc/environment')`, `wayTo('pythonDefault', '/usr/bin/python3')`. */
export function wayTo(kind: BundleProvenance['kind'], ...rest: readonly string[]): string {
  return [kind, ...rest].join('\0');
}

const WAYS: {
  readonly [kind in BundleProvenance['kind']]: (one: Extract<BundleProvenance, { kind: kind }>) => string;
} = {
  variable: ({ kind, name, source }) => wayTo(kind, name, source),
  pythonDefault: ({ kind, python }) => wayTo(kind, python),
  package: ({ kind, name, python }) => wayTo(kind, name, python),
  certifi: ({ kind, python }) => wayTo(kind, python),
  shotgunApi: ({ kind, api }) => wayTo(kind, api),
  option: ({ kind, name, source }) => wayTo(kind, name, source),
  code: ({ kind, path }) => wayTo(kind, path),
};

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
  const { bundles } = sections.bundles;
  const windows = platform === 'windows';
  const asked = sections.pythons.pythons.filter(({ verifyPaths }) => verifyPaths !== null);
  const files: KnownFile[] = [...bundles, ...stores.map(({ bundle }) => bundle)];
  const byPath = groupsOf(files, (file) => pathsOfFile(file, windows));
  const byWay = groupsOf<InventoryBundle>(bundles, ({ provenance }) => provenance.map(wayOf));
  const bySha256 = groupsOf(files, ({ sha256, form }) =>
    form === 'directory' || sha256 === null ? [] : [sha256],
  );
  const storeByPath = new Map(
    stores.flatMap((store) => pathsOfStore(store, windows).map((path) => [path, store.id])),
  );
  return {
    stores,
    askedPython: ({ realPath, version }) =>
      asked.find((other) => other.version === version && realPath !== null && other.realPath === realPath) ??
      null,
    file: (path, ledBy = null, form = 'file') =>
      ofForm(byPath.get(normalPath(path, windows)), form) ?? onlyOne(byWay.get(ledBy ?? ''), form),
    fileBySha256: (sha256) => bySha256.get(sha256)?.[0] ?? null,
    originOf: (file) => {
      const store = pathsOfFile(file, windows)
        .map((path) => storeByPath.get(path))
        .find((id) => id !== undefined);
      const read = `${file.path} ${file.form ?? 'file'}`;
      return store === undefined
        ? { kind: 'bundle', id: file.path, read, anchors: file.anchors }
        : { kind: 'store', id: store, read, anchors: file.anchors };
    },
    union: createUnion(),
  };
}

function wayOf(one: BundleProvenance): string {
  const way = WAYS[one.kind] as (one: BundleProvenance) => string;
  return way(one);
}

function formOf({ form }: KnownFile): Form {
  return form === 'directory' ? 'directory' : 'file';
}
function ofForm(known: readonly KnownFile[] | undefined, form: Form): KnownFile | null {
  return known?.find((file) => formOf(file) === form) ?? known?.[0] ?? null;
}
/** Where one way leads to several objects, none of them is known to be the one that is meant. */
function onlyOne(known: readonly KnownFile[] | undefined, form: Form): KnownFile | null {
  const fitting = known?.filter((file) => formOf(file) === form) ?? [];
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

function pathsOfFile({ path, realPath, otherPaths = [] }: KnownFile, windows: boolean): string[] {
  return [path, realPath, ...otherPaths].flatMap((one) => (one === null ? [] : [normalPath(one, windows)]));
}

/** A store's bundle by both its names, and the folder of hashed names beside it (Debian's /etc/ssl/certs). */
function pathsOfStore({ bundle }: TrustStore, windows: boolean): string[] {
  const paths = pathsOfFile(bundle, windows);
  const folders = paths
    .map((path) => path.slice(0, path.lastIndexOf('/')))
    .filter((path) => /\/certs$/.test(path));
  return [...paths, ...folders];
}

/** In the order in which they stand. */
function groupsOf<File extends KnownFile>(
  files: readonly File[],
  keys: (file: File) => readonly string[],
): ReadonlyMap<string, readonly File[]> {
  const groups = new Map<string, File[]>();
  for (const file of files)
    for (const key of new Set(keys(file))) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [file]);
      else group.push(file);
    }
  return groups;
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
