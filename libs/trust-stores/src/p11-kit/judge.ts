import type { AnchorOrigin, AnchorTrust } from '@trustfleet/protocol';
import { keysOf } from './keys.ts';
import type { P11Objects } from './objects.ts';
import { purposeWords, vouchesForServers } from './purposes.ts';

/** One trust path of p11-kit: a directory with `anchors/` and `blocklist/` below, the first in its configuration first. */
export interface P11Token {
  readonly origin: AnchorOrigin;
  readonly files: readonly { readonly path: string; readonly objects: P11Objects }[];
}

/** How p11-kit stands to one certificate of its sources. */
export interface P11Standing {
  readonly sha256: string;
  readonly der: Uint8Array;
  readonly trust: Extract<AnchorTrust, 'servers' | 'otherPurposes' | 'distrusted'>;
  readonly origin: AnchorOrigin;
  readonly label: string | null;
  /**
   * The file that decides: the one that distrusts it, else the one that makes it an anchor, else the first that trusts it for no more
   * than itself, else the first that has it.
   */
  readonly path: string;
  /** Words of `trust list --purpose`, else object identifiers; null where nothing limits it, empty where it is no anchor. */
  readonly purposes: readonly string[] | null;
}

interface Instance {
  readonly token: P11Token;
  readonly path: string;
  readonly label: string | null;
  readonly der: Uint8Array;
  readonly trusted: boolean;
  readonly distrusted: boolean;
  readonly authority: boolean | null;
  /** Which file of its path, in the order in which p11-kit loads them. */
  readonly at: number;
}

/**
 * What `trust extract --filter=ca-anchors --purpose server-auth` would make of the sources (trust/enumerate.c): blocked by itself, by its
 * key or by issuer and serial number anywhere; else the first path in which it is an anchor decides, with the purposes pinned there. An
 * anchor is trusted and an authority. What is trusted and no authority (a server's own certificate) vouches for itself at most, for no
 * other server, and no extracted bundle of anchors has it: `otherPurposes`. Sorted by digest.
 */
export function judge(tokens: readonly P11Token[]): P11Standing[] {
  const instances = instancesOf(tokens);
  const rules = {
    blocks: blocksOf(tokens),
    pinned: new Map(tokens.map((token) => [token, pinnedIn(token)])),
    stapled: new Map(tokens.map((token) => [token, stapledIn(token)])),
  };
  return [...instances]
    .map(([sha256, group]) => ({ sha256, ...standingOf(group, rules) }))
    .toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
}

function instancesOf(tokens: readonly P11Token[]): Map<string, [Instance, ...Instance[]]> {
  const found = new Map<string, [Instance, ...Instance[]]>();
  for (const token of tokens)
    for (const [at, { path, objects }] of token.files.entries())
      for (const certificate of objects.certificates) {
        const instance = { ...certificate, token, path, at };
        const known = found.get(certificate.sha256);
        if (known === undefined) found.set(certificate.sha256, [instance]);
        else known.push(instance);
      }
  return found;
}

interface Rules {
  /** The file that blocks, by key. */
  readonly blocks: ReadonlyMap<string, { readonly path: string; readonly token: P11Token }>;
  /** Purposes by public key: they hold within one path alone. */
  readonly pinned: ReadonlyMap<P11Token, ReadonlyMap<string, readonly string[]>>;
  /** basicConstraints by public key, likewise. */
  readonly stapled: ReadonlyMap<P11Token, ReadonlyMap<string, Stapled>>;
}

/** The first of a path holds; a file that has any, loaded with the certificate or later, has the category reckoned again. */
interface Stapled {
  readonly authority: boolean;
  /** The last file that has any. */
  readonly last: number;
}

function blocksOf(tokens: readonly P11Token[]): Map<string, { path: string; token: P11Token }> {
  const blocks = new Map<string, { path: string; token: P11Token }>();
  for (const token of tokens)
    for (const { path, objects } of token.files) {
      const keys = objects.certificates
        .filter((certificate) => certificate.distrusted)
        .flatMap(({ der }) => Object.values(blockingKeys(der)));
      for (const key of [...objects.blocked, ...keys]) if (!blocks.has(key)) blocks.set(key, { path, token });
    }
  return blocks;
}

function blockingKeys(der: Uint8Array): { publicKey: string; issuerSerial: string } {
  const { publicKey, issuerSerial } = keysOf(der);
  return { publicKey, issuerSerial };
}

function standingOf(
  group: readonly [Instance, ...Instance[]],
  { blocks, pinned, stapled }: Rules,
): Omit<P11Standing, 'sha256'> {
  const [first] = group;
  const { publicKey, issuerSerial, ...own } = keysOf(first.der);
  const shared = { der: first.der, label: labelOf(group) };
  const block =
    group.find((instance) => instance.distrusted) ?? blocks.get(publicKey) ?? blocks.get(issuerSerial);
  if (block !== undefined) return { ...shared, ...placeOf(block), trust: 'distrusted', purposes: null };
  const trusted = group.filter((instance) => instance.trusted);
  const anchor = trusted.find((instance) =>
    isAuthority(instance, { own: own.authority, stapled: stapled.get(instance.token)?.get(publicKey) }),
  );
  if (anchor === undefined)
    return { ...shared, ...placeOf(trusted[0] ?? first), trust: 'otherPurposes', purposes: [] };
  const purposes = pinned.get(anchor.token)?.get(publicKey) ?? own.purposes;
  return {
    ...shared,
    ...placeOf(anchor),
    trust: vouchesForServers(purposes) ? 'servers' : 'otherPurposes',
    purposes: purposes === null ? null : purposeWords(purposes),
  };
}

/** calc_certificate_category and update_related_category of trust/builder.c. */
function isAuthority(
  { authority, at }: Instance,
  { own, stapled }: { own: boolean; stapled: Stapled | undefined },
): boolean {
  if (stapled === undefined) return authority ?? own;
  return stapled.last >= at ? stapled.authority : (authority ?? stapled.authority);
}

function labelOf(group: readonly Instance[]): string | null {
  return group.find(({ label }) => label !== null)?.label ?? null;
}

function placeOf(place: { path: string; token: P11Token }): Pick<P11Standing, 'origin' | 'path'> {
  return { origin: place.token.origin, path: place.path };
}

/**
 * Where a key has purposes more than once in a path, those loaded first hold, whichever file made the certificate an anchor: in the order
 * of `PLACES`, and of a file's own lines. Two files of one directory come in the order of the file system, which we take by name.
 */
function pinnedIn(token: P11Token): Map<string, readonly string[]> {
  const pinned = new Map<string, readonly string[]>();
  for (const { objects } of token.files)
    for (const { publicKey, purposes } of objects.pinned)
      if (!pinned.has(publicKey)) pinned.set(publicKey, purposes);
  return pinned;
}

function stapledIn(token: P11Token): Map<string, Stapled> {
  const stapled = new Map<string, Stapled>();
  for (const [last, { objects }] of token.files.entries())
    for (const { publicKey, authority } of objects.constraints)
      stapled.set(publicKey, { authority: stapled.get(publicKey)?.authority ?? authority, last });
  return stapled;
}
