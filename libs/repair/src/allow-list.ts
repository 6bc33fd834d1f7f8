import { sha256Hex } from '@trustfleet/certificates';
import { z } from 'zod';

/** Largest allow-list that is read. */
export const MAX_ALLOW_LIST_BYTES = 64 * 1024;

const allowListFile = z.strictObject({
  format: z.literal(1),
  permits: z.array(z.string().regex(/^[a-z][A-Za-z0-9.]{0,63}$/)).max(64),
});

/** One file or directory on the way to the allow-list. */
export interface PathOwnership {
  readonly path: string;
  readonly uid: number;
  /** Permission bits, e.g. 0o644; the sticky bit (0o1000) included. */
  readonly mode: number;
}

/** What the operating system says about the allow-list. */
export type AllowListFacts =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | {
      readonly kind: 'file';
      readonly bytes: Uint8Array;
      /** The file itself first, then each directory above it up to the root. */
      readonly chain: readonly PathOwnership[];
      /** What the system's own access lists say against it (Windows, which has no owners and modes); null or absent for nothing. */
      readonly untrusted?: string | null;
    };

/**
 * Reads the allow-list. `trustedUids`: root and the account that this process runs as; in a user namespace that maps
 * only one account, also the id that the kernel shows for every other (there, root's own directories carry it).
 */
export interface AllowListSource {
  readonly trustedUids: readonly number[];
  read(path: string): Promise<AllowListFacts>;
}

/**
 * What the host's owner permits on it. `absent` and `rejected` permit nothing: the agent then only observes.
 * `problem` is a sentence for a person, null when the file was accepted.
 */
export interface AllowList {
  readonly path: string;
  readonly state: 'loaded' | 'absent' | 'rejected';
  readonly permits: readonly string[];
  /** SHA-256 of the file's bytes; of no bytes when there is none. */
  readonly digest: string;
  readonly problem: string | null;
}

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/** The first reason why somebody who is not trusted could change the file; null when nobody can. */
export function ownershipProblem(
  chain: readonly PathOwnership[],
  trustedUids: readonly number[],
): string | null {
  for (const [depth, entry] of chain.entries()) {
    if (!trustedUids.includes(entry.uid)) {
      return `${entry.path} belongs to user id ${entry.uid}, who could change it: give it to root (chown root ${entry.path}).`;
    }
    const protectedBySticky = depth > 0 && (entry.mode & STICKY) !== 0;
    if ((entry.mode & WRITABLE_BY_OTHERS) !== 0 && !protectedBySticky) {
      return `${entry.path} is writable for its group or for everybody (mode ${entry.mode.toString(8)}): run chmod go-w ${entry.path}.`;
    }
  }
  return null;
}

function parseContent(bytes: Uint8Array): { permits: string[] } | { problem: string } {
  if (bytes.length > MAX_ALLOW_LIST_BYTES)
    return { problem: `it is larger than ${MAX_ALLOW_LIST_BYTES} bytes` };
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError)
      return { problem: `it is not JSON in UTF-8 (${error.message})` };
    throw error;
  }
  const parsed = allowListFile.safeParse(value);
  if (parsed.success) return { permits: [...new Set(parsed.data.permits)].sort() };
  const issue = parsed.error.issues[0];
  const place = issue && issue.path.length > 0 ? `at ${issue.path.join('.')}: ` : '';
  return { problem: `${place}${issue?.message ?? 'unknown content'}` };
}

/** Reads the allow-list and judges content, owner and mode (security.md, "a local user"). Never throws for a bad file. */
export async function readAllowList(source: AllowListSource, path: string): Promise<AllowList> {
  const facts = await source.read(path);
  const none = { path, permits: [], digest: sha256Hex(new Uint8Array()) };
  if (facts.kind === 'absent') return { ...none, state: 'absent', problem: `${path} does not exist.` };
  if (facts.kind === 'unreadable')
    return { ...none, state: 'rejected', problem: `${path} cannot be read: ${facts.reason}` };
  const digest = sha256Hex(facts.bytes);
  const ownership = facts.untrusted ?? ownershipProblem(facts.chain, source.trustedUids);
  if (ownership !== null) return { path, permits: [], digest, state: 'rejected', problem: ownership };
  const content = parseContent(facts.bytes);
  if ('problem' in content)
    return {
      path,
      permits: [],
      digest,
      state: 'rejected',
      problem: `${path} is not an allow-list: ${content.problem}.`,
    };
  return { path, permits: content.permits, digest, state: 'loaded', problem: null };
}

const writerOf = (path: string): string => (/^[a-z]:\\/i.test(path) ? 'an administrator' : 'root, mode 0644');

/** Why `remedy` may not run here, and which line in which file would permit it; null when it may. */
export function notPermittedReason(list: AllowList, remedy: string): string | null {
  if (list.permits.includes(remedy)) return null;
  const wanted = JSON.stringify({ format: 1, permits: [...list.permits, remedy].sort() });
  if (list.state === 'absent') {
    return `This host only observes: ${list.path} does not exist. To permit this remedy, its owner creates that file as ${writerOf(list.path)}, with the line ${wanted}`;
  }
  if (list.state === 'rejected') {
    return `This host only observes, because its allow-list is not accepted: ${list.problem ?? ''} After that is put right, the line ${wanted} in ${list.path} permits this remedy.`;
  }
  return `The allow-list ${list.path} does not permit ${remedy}. To permit it, its owner changes that file to the line ${wanted}`;
}
