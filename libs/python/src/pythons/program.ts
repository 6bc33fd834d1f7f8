import { isInside, nameOf, parentOf } from '../paths.ts';
import { NOBODY, type Account } from '../ports.ts';
import { accountOf, type Reader, type Scan } from '../scan.ts';
import type { KnownProgram } from '../types.ts';
import { readVenvConfig } from './venv-config.ts';
import { isProductProgram, type Candidate } from './places/candidate.ts';
import { isMacosStub, MACOS_STUB } from './places/macos-places.ts';
import type { SiteReader } from './site.ts';

/** One interpreter with its own packages. */
export interface Program extends KnownProgram {
  readonly candidate: Candidate;
  /** Why it is never started; null where the rule decides (run-rule.ts). */
  readonly neverRun: string | null;
  readonly on: SiteReader;
  readonly reader: Reader;
}

/** Bytes of a start-up script that are looked at. */
const HEAD_BYTES = 4096;

/** Null for what is no interpreter of its own: a shim, a FIFO, a link to nowhere. */
export async function openProgram(scan: Scan, candidate: Candidate): Promise<Program | null> {
  const chain = await scan.chain(candidate.path);
  if (chain.state !== 'resolved' || chain.realPath === null) return null;
  const on = siteReader(scan, { chain, candidate });
  const reader = await on.readerFor(candidate.path);
  const head = await scan.read(candidate.path, { reader, maxBytes: HEAD_BYTES, head: true });
  if (head.state === 'notRegularFile') return null;
  const start = head.state === 'read' ? Buffer.from(head.bytes).toString('latin1') : '';
  if (isShim(start)) return null;
  const realPath = chain.realPath.replaceAll('\\', scan.ports.platform === 'windows' ? '/' : '\\');
  return {
    candidate,
    realPath,
    form: formOf(start),
    neverRun: isMacosStub(scan, realPath) ? MACOS_STUB : whyNever({ candidate, realPath, start }),
    venv: await readVenvConfig(scan, candidate.path, reader),
    on,
    reader,
  };
}

/** As {@link openProgram}, of what an earlier look found and nothing has changed since. */
export async function reopenProgram(
  scan: Scan,
  { candidate, known }: { readonly candidate: Candidate; readonly known: KnownProgram },
): Promise<Program> {
  const on = siteReader(scan, { chain: await scan.chain(candidate.path), candidate });
  const neverRun = candidate.neverRun ?? null;
  return { ...known, candidate, neverRun, on, reader: await on.readerFor(candidate.path) };
}

/**
 * Programs of products are known by their names, on whatever way they were found; a script that starts one is known by its text
 * (failures.md §7.4: never hython, `Nuke -t`, a batch or an editor).
 */
function whyNever({
  candidate,
  realPath,
  start,
}: {
  readonly candidate: Candidate;
  readonly realPath: string;
  readonly start: string;
}): string | null {
  if (candidate.neverRun !== undefined) return candidate.neverRun;
  const program = [candidate.path, realPath].map(nameOf).find(isProductProgram);
  if (program !== undefined)
    return `${program} is a program that a Python is part of: it would take a licence or open a window`;
  const started = start.startsWith('#!')
    ? /(?:^|[\s/"'=])((?:hython|hbatch|Nuke\d[\w.]*|maya(?:batch)?|blender|motionbuilder|UnrealEditor)(?:\.exe)?)(?=$|[\s"'])/im.exec(
        start,
      )
    : null;
  return started === null
    ? null
    : `it starts ${started[1] ?? 'another program'}, which would take a licence or open a window`;
}

function formOf(start: string): Program['form'] {
  if (
    start.startsWith('\x7fELF') ||
    start.startsWith('MZ') ||
    /^(\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe)/.test(start)
  )
    return 'program';
  return start.startsWith('#!') ? 'script' : 'other';
}

/** A shim of pyenv only chooses another interpreter, which is found by itself. */
function isShim(start: string): boolean {
  return start.startsWith('#!') && /^exec .*\b(pyenv|asdf|mise)"? exec\b/m.test(start);
}

/**
 * All files of a Python that one account owns are read as that account, whatever its settings lead to; those of root's by
 * who owns each directory; where several accounts could have put something, as `nobody`.
 */
function siteReader(
  scan: Scan,
  {
    chain,
    candidate,
  }: {
    readonly chain: { readonly owners: readonly number[]; readonly writable: string | null };
    readonly candidate: Candidate;
  },
): SiteReader {
  const reader = candidate.readAs ?? oneReader(scan, { chain, candidate });
  return {
    scan,
    readerFor: (directory) => (reader === null ? scan.readerFor(directory) : Promise.resolve(reader)),
  };
}

/** Null: each directory by its owner. */
function oneReader(
  scan: Scan,
  {
    chain: { owners, writable },
    candidate,
  }: {
    readonly chain: { readonly owners: readonly number[]; readonly writable: string | null };
    readonly candidate: Candidate;
  },
): Account | null {
  if (!scan.ports.canActAs) return null;
  const [owner, second] = owners;
  if (writable !== null || second !== undefined) return NOBODY;
  if (owner !== undefined) return accountOf(scan.accounts, owner);
  // Who wrote the text that names it is not known: of root's files only those that everybody may read.
  return candidate.onlyWithLibrary === true ? NOBODY : null;
}

/** A conda environment says so by its `conda-meta` (docs.conda.io), wherever it was found. */
export async function isConda(scan: Scan, path: string): Promise<boolean> {
  const windows = scan.ports.platform === 'windows';
  const prefix = windows ? parentOf(path) : parentOf(parentOf(path));
  return (
    prefix !== '/' &&
    !isInside('/usr', prefix) &&
    (await scan.chain(`${prefix}/conda-meta`)).state === 'resolved'
  );
}
