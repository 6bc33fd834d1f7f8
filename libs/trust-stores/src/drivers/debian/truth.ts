import { dirname } from 'node:path';
import { CertificateParseError, describeCertificate } from '@trustfleet/certificates';
import { clip, type BundleFile, type LocalAnchor, type StoreEntry } from '@trustfleet/protocol';
import { hashedProblems, sentence } from '../../hashed-directory/problems.ts';
import type { HashedDirectory } from '../../hashed-directory/read.ts';
import { UPDATE_TOOL, type DebianLayout } from './layout.ts';
import type { VendorSource, VendorSources } from './sources.ts';

/** Where Debian's package ca-certificates has Mozilla's roots, below the system's directory. */
const MOZILLA = 'mozilla/';

/** Everything that one reading saw. */
export interface Seen {
  readonly layout: DebianLayout;
  readonly bundle: BundleFile;
  readonly vendor: VendorSources;
  readonly localAnchors: readonly LocalAnchor[];
  readonly hashed: HashedDirectory;
  readonly certificates: ReadonlyMap<string, Uint8Array>;
}

export interface Truth {
  readonly entries: readonly StoreEntry[];
  readonly problems: readonly string[];
}

/** What there is to say beyond the bundle: nothing, where configuration, sources, bundle and links agree. */
export function truthOf(seen: Seen): Truth {
  const taken = new Set<string>(seen.localAnchors.flatMap(({ anchor }) => anchor ?? []));
  for (const { choice, sha256 } of seen.vendor.sources) if (choice === 'selected') taken.add(sha256);
  const inBundle = new Set(seen.bundle.anchors);
  const left = leftOut(seen.vendor.sources, taken);
  const entries = [
    ...ofOtherPackages(seen, inBundle),
    ...left.map((source) => entryOf(source, { seen, inBundle })),
    ...(seen.vendor.present ? withoutSource(seen, { taken, left }) : []),
  ];
  return {
    entries: entries.toSorted((a, b) => (a.anchor < b.anchor ? -1 : 1)),
    problems: [...bundleProblems(seen, { taken, left, inBundle }), ...linkProblems(seen, inBundle)],
  };
}

/** Debian's own package brings Mozilla's roots; another package or an administrator put these into the system's directory. */
function ofOtherPackages({ vendor }: Seen, inBundle: ReadonlySet<string>): StoreEntry[] {
  const mozilla = vendor.sources.filter(({ name }) => name.startsWith(MOZILLA)).map(({ sha256 }) => sha256);
  const others = new Map<string, VendorSource>();
  for (const source of vendor.sources)
    if (source.choice === 'selected' && inBundle.has(source.sha256)) others.set(source.sha256, source);
  for (const sha256 of mozilla) others.delete(sha256);
  return [...others.values()].map(({ sha256, name, path }) => ({
    ...{ anchor: sha256, trust: 'servers', origin: 'vendor', name: clip(name, 512) },
    ...{ location: path, purposes: null },
  }));
}

/** Certificates of the system that no selected or local file brings, each once. */
function leftOut(sources: readonly VendorSource[], taken: ReadonlySet<string>): readonly VendorSource[] {
  const left = new Map<string, VendorSource>();
  for (const source of sources) {
    const before = left.get(source.sha256);
    if (taken.has(source.sha256) || before?.choice === 'deselected') continue;
    left.set(source.sha256, source);
  }
  return [...left.values()];
}

function entryOf(
  { sha256, choice, name, path }: VendorSource,
  { seen, inBundle }: { seen: Seen; inBundle: ReadonlySet<string> },
): StoreEntry {
  return {
    anchor: sha256,
    // As long as the tool has not run, programs still load it.
    trust: inBundle.has(sha256) ? 'servers' : 'deselected',
    origin: 'vendor',
    name: clip(name, 512),
    location: choice === 'deselected' ? seen.layout.conf : path,
    purposes: null,
  };
}

interface Compared {
  readonly taken: ReadonlySet<string>;
  readonly left: readonly VendorSource[];
}

/** Someone wrote into the bundle, or took its file away since. */
function withoutSource({ bundle }: Seen, { taken, left }: Compared): StoreEntry[] {
  const shipped = new Set(left.map(({ sha256 }) => sha256));
  return bundle.anchors
    .filter((anchor) => !taken.has(anchor) && !shipped.has(anchor))
    .map((anchor) => ({
      ...{ anchor, trust: 'servers', origin: 'unknown', name: null },
      ...{ location: bundle.path, purposes: null },
    }));
}

function bundleProblems(
  seen: Seen,
  { taken, left, inBundle }: Compared & { inBundle: ReadonlySet<string> },
): string[] {
  const { bundle, vendor, localAnchors } = seen;
  const missing = [
    ...vendor.sources.filter(({ choice }) => choice === 'selected'),
    ...localAnchors
      .filter(({ problem }) => problem === null)
      .map(({ anchor, path }) => ({ sha256: anchor, path })),
  ].filter(({ sha256 }) => sha256 !== null && !inBundle.has(sha256));
  const lingering = left.filter(({ sha256 }) => inBundle.has(sha256));
  const foreign = vendor.present
    ? bundle.anchors.filter((anchor) => !taken.has(anchor) && !left.some(({ sha256 }) => sha256 === anchor))
    : [];
  return told([
    sentence(
      missing.map(({ path }) => path),
      (names) => `${names} is not in ${bundle.path} yet: run ${UPDATE_TOOL}`,
    ),
    sentence(
      lingering.map(({ name }) => name),
      (names) =>
        `${names} is left out in ${seen.layout.conf}, and ${bundle.path} still holds it: run ${UPDATE_TOOL}`,
    ),
    sentence(
      namesOf(seen, foreign),
      (names) =>
        `${bundle.path} holds ${names}, which no file of this system brings: the next run of ${UPDATE_TOOL} drops it`,
    ),
  ]);
}

/** Python on Debian, and whatever else uses OpenSSL's defaults, looks anchors up by hash and does not read the bundle. */
function linkProblems(seen: Seen, inBundle: ReadonlySet<string>): string[] {
  const { hashed, layout } = seen;
  const remedy = `${UPDATE_TOOL} --fresh`;
  if (hashed.state !== 'listed') return told([hashed.detail]);
  const lost = [...inBundle].filter((anchor) => !hashed.found.has(anchor));
  const extra = [...hashed.found.keys()].filter((anchor) => !inBundle.has(anchor));
  const own = new Set(
    extra.filter((anchor) => dirname(hashed.files.get(anchor) ?? '') === layout.linkDirectory),
  );
  return told([
    ...hashedProblems(layout.linkDirectory, hashed, remedy),
    sentence(
      namesOf(seen, lost),
      (names) =>
        `${names} is in ${layout.bundle} and has no link by hash in ${layout.linkDirectory}, so Python does not trust it: run ${remedy}`,
    ),
    sentence(
      namesOf(
        seen,
        extra.filter((anchor) => !own.has(anchor)),
      ),
      (names) =>
        `${names} has a link by hash in ${layout.linkDirectory} and is not in ${layout.bundle}, so Python trusts it and others do not: run ${remedy}`,
    ),
    // The package ssl-cert makes one of these, for a server without a certificate.
    sentence(
      [...own].flatMap((anchor) => hashed.files.get(anchor) ?? []),
      (names) =>
        `${names} is no link, and Python trusts it because it lies there, while others do not: move it elsewhere if it is a server's, then run openssl rehash ${layout.linkDirectory}`,
    ),
  ]);
}

function told(sentences: readonly (string | null)[]): string[] {
  return sentences.filter((each) => each !== null).map((each) => clip(each, 512));
}

/** Digests in order, the first one with a name that a person knows. */
function namesOf({ certificates, hashed }: Seen, anchors: readonly string[]): readonly string[] {
  const [first, ...others] = anchors.toSorted();
  if (first === undefined) return [];
  const name = nameOf(certificates.get(first) ?? hashed.found.get(first));
  // `sentence` sorts: the digest in front keeps this one the first.
  return [`${first.slice(0, 16)}… ${name}`.trimEnd(), ...others];
}

function nameOf(der: Uint8Array | undefined): string {
  if (der === undefined) return '';
  try {
    const { commonName, subject } = describeCertificate(der);
    return `(${commonName ?? subject})`;
  } catch (error) {
    if (error instanceof CertificateParseError) return '';
    throw error;
  }
}
