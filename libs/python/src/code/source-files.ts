import { DECIDING_NAMES } from '@trustfleet/diagnosis';
import type { Reader, Scan } from '../scan.ts';

/** Code of others, which nobody at a studio decides about: packages, what Toolkit vendors, tools' own directories. A configured root itself is read whatever its name. */
const OTHERS_CODE: readonly string[] = [
  ...['site-packages', 'dist-packages', 'node_modules', '__pycache__', '__pypackages__'],
  ...['.git', '.svn', '.hg', '.tox', '.nox', '.eggs', 'tank_vendor', 'shotgun_api3'],
];
const MAX_DEPTH = 25;
/** Files below one root; and of those that are read. */
const MAX_FILES = 20_000;
const MAX_WORTH = 3000;
const TIMEOUT_MS = 30_000;
/** The paths that are found: most are not, since little code speaks of verification. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;
/** Sources are smaller; what is larger was made by a program. */
export const MAX_SOURCE_BYTES = 2 * 1024 * 1024;

export interface SourceFiles {
  /** Files of Python below the root. */
  readonly files: number;
  /** Those in which one of the names stands that decide. Sorted. */
  readonly worth: readonly string[];
  /** Why not everything was looked at; null where it was. */
  readonly detail: string | null;
}

/** Files of Python below `root`, with `reader`'s rights. Links and other file systems are not entered. */
export async function findSources(scan: Scan, root: string, reader: Reader): Promise<SourceFiles> {
  const found = scan.ports.platform === 'linux' ? await byTools(scan, root, reader) : null;
  return found ?? (await byWalk(scan, root, reader));
}

async function byWalk(scan: Scan, root: string, reader: Reader): Promise<SourceFiles> {
  const { paths, detail } = await scan.ports.findFiles({
    root,
    names: ['*.py', '*.pyw'],
    maxDepth: MAX_DEPTH,
    prune: OTHERS_CODE,
    limit: MAX_WORTH,
    timeoutMs: TIMEOUT_MS,
    asUser: reader ?? undefined,
  });
  return { files: paths.length, worth: paths, detail };
}

const anyOf = (names: readonly string[]): string[] =>
  names.flatMap((name, index) => [...(index === 0 ? [] : ['-o']), '-name', name]);

/**
 * One find(1) with one grep(1) beside it: each file that is opened as another account costs processes of its own, and few are worth
 * it. Null where these are not GNU's. The `f` that find prints for each file and the paths that grep prints never mix, since find
 * waits for grep and neither shares a buffer.
 */
async function byTools(scan: Scan, root: string, reader: Reader): Promise<SourceFiles | null> {
  const patterns = DECIDING_NAMES.flatMap((name) => ['-e', name]);
  const run = await scan.ports.runProgram({
    argv: [
      ...(['/usr/bin/find', '-P', root, '-xdev', '-mindepth', '1', '-maxdepth', String(MAX_DEPTH)] as const),
      ...['-type', 'd', '(', ...anyOf(OTHERS_CODE), ')', '-prune', '-o'],
      ...['-type', 'f', '(', ...anyOf(['*.py', '*.pyw']), ')', '-size', `-${MAX_SOURCE_BYTES / 1024 + 1}k`],
      ...['-printf', 'f\\0', '-exec', '/usr/bin/grep', '-lZFas', ...patterns, '--', '{}', '+'],
    ],
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    runAs: reader ?? undefined,
  });
  const records = Buffer.from(run.stdout).toString('utf8').split('\0').slice(0, -1);
  const files = records.filter((record) => record === 'f').length;
  if (run.state === 'notStarted' || (files === 0 && run.stderr.length > 0)) return null;
  const worth = records.filter((record) => record !== 'f').toSorted();
  const limits = { files: Math.min(files, MAX_FILES), worth: worth.slice(0, MAX_WORTH) };
  if (run.state !== 'exited') return { ...limits, detail: run.reason };
  const rest = files > MAX_FILES || worth.length > MAX_WORTH;
  return { ...limits, detail: rest ? `only ${MAX_WORTH} of the files below ${root} were read` : null };
}
