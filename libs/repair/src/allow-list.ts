import { sha256Hex } from '@trustfleet/certificates';
import { needsOf, type AskedWork, type Need } from './allow-list-needs.ts';
import { allowListFile, isWithin, rulesOf, type AllowListFile, type AllowRules } from './allow-list-rules.ts';

/** Largest allow-list that is read. */
export const MAX_ALLOW_LIST_BYTES = 64 * 1024;

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
  /** Of a list of format 2; one without permits a remedy with any parameters. */
  readonly rules?: AllowRules | undefined;
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

function parseContent(bytes: Uint8Array): { file: AllowListFile } | { problem: string } {
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
  if (parsed.success) return { file: parsed.data };
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
  const permits = [...new Set(content.file.permits)].sort();
  return { path, permits, rules: await rulesOf(content.file), digest, state: 'loaded', problem: null };
}

const writerOf = (path: string): string => (/^[a-z]:\\/i.test(path) ? 'an administrator' : 'root, mode 0644');

/** Why `work` may not be done here, and which line in which file would permit it; null when it may. */
export function notPermittedReason(list: AllowList, work: AskedWork): string | null {
  const unlisted = remedyNotPermitted(list, work.remedy);
  const { rules } = list;
  if (unlisted !== null || rules === undefined) return unlisted;
  const lacking = needsOf(work).find((need) => !holds(list, rules, need));
  if (lacking === undefined) return null;
  const { what, line } = wordsFor(list, rules, lacking);
  return `The allow-list ${list.path} does not permit ${work.remedy} ${what}${line === null ? '.' : `. To permit it, its owner puts the line ${line} into that file.`}`;
}

/** True where the list makes this host the one that writes the shared install at `path`. */
export const isKeeper = ({ rules }: AllowList, path: string): boolean =>
  rules?.keeper.some((prefix) => isWithin(path, prefix)) ?? false;

/** The same for the remedy alone, whatever it would do. */
export function remedyNotPermitted(list: AllowList, remedy: string): string | null {
  if (list.permits.includes(remedy)) return null;
  const permits = [...list.permits, remedy].sort();
  if (list.rules !== undefined)
    return `The allow-list ${list.path} does not permit ${remedy}. To permit it, its owner changes a line of that file to "permits": ${JSON.stringify(permits)}`;
  const wanted = JSON.stringify({ format: 1, permits });
  if (list.state === 'absent') {
    return `This host only observes: ${list.path} does not exist. To permit this remedy, its owner creates that file as ${writerOf(list.path)}, with the line ${wanted}`;
  }
  if (list.state === 'rejected') {
    return `This host only observes, because its allow-list is not accepted: ${list.problem ?? ''} After that is put right, the line ${wanted} in ${list.path} permits this remedy.`;
  }
  return `The allow-list ${list.path} does not permit ${remedy}. To permit it, its owner changes that file to the line ${wanted}`;
}

function holds(list: AllowList, rules: AllowRules, need: Need): boolean {
  switch (need.kind) {
    case 'remedy':
      return list.permits.includes(need.name);
    case 'anchor':
      return rules.permitsAnchor(need);
    case 'path':
      return rules.paths[need.of]?.some((prefix) => isWithin(need.path, prefix)) ?? false;
    case 'version':
      return rules.permitsVersion(need.of, need.version);
    case 'unjudged':
      return false;
  }
}

/** `what` ends "does not permit REMEDY …"; `line` is what has to stand in the file, null where no line helps. */
function wordsFor(list: AllowList, rules: AllowRules, need: Need): { what: string; line: string | null } {
  switch (need.kind) {
    case 'remedy':
      return {
        what: `with ${need.name} among what it may do`,
        line: `"permits": ${JSON.stringify([...list.permits, need.name].sort())}`,
      };
    case 'anchor':
      return {
        what: `with the certificate ${need.sha256}`,
        line: `"anchors": { "certificates": ["${need.sha256}"] } (beside those that stand there)`,
      };
    case 'path':
      return {
        what: `at ${need.path}`,
        line: `"paths": { "${need.of}": ${JSON.stringify([...(rules.paths[need.of] ?? []).slice(0, 5), need.path])} }`,
      };
    case 'version':
      return {
        what: `with ${need.of} ${need.version}`,
        line: `"versions": { "${need.of}": { "minimum": "${need.version}" } }`,
      };
    case 'unjudged':
      return { what: `here: ${need.why}`, line: null };
  }
}
