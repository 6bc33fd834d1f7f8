import { clip, type PythonEnvironment, type PythonPackage } from '@trustfleet/protocol';
import { NOBODY, type PythonPorts } from '../ports.ts';
import { accountOf, compare, createScan, problemsOf, type Reader, type Scan } from '../scan.ts';
import type { CertifiCopy, CollectOptions, PythonsResult } from '../types.ts';
import { ask, type RunFacts } from './ask.ts';
import { findCandidates, type Candidate } from './candidates.ts';
import { findLayout, readVenvConfig, type Layout, type VenvConfig } from './layout.ts';
import { certifiBundle, expandSites, findPackages, type SiteReader } from './packages.ts';
import { mayRun } from './run-rule.ts';

const MAX_PYTHONS = 200;
/** Two at a time: the agent works at low priority beside people. */
const WORKERS = 2;
/** After this no further interpreter is started; the rest is read from files. */
const RUN_BUDGET_MS = 120_000;

const NOT_ON_WINDOWS: PythonsResult = {
  section: {
    pythons: [],
    problems: [{ path: 'C:\\', reason: 'Python interpreters are not looked for on Windows yet' }],
  },
  certifi: [],
  watch: [],
};

/** Python environments of this host; run only under security.md "a local user", else static facts. Never throws for what it finds. */
export async function discoverPythons(ports: PythonPorts, options: CollectOptions): Promise<PythonsResult> {
  if (ports.platform === 'windows') return NOT_ON_WINDOWS;
  const scan = await createScan(ports, options);
  const { candidates, directories } = await findCandidates(scan);
  const programs = await distinctPrograms(scan, candidates);
  if (programs.length > MAX_PYTHONS)
    scan.note('/', `Only the first ${MAX_PYTHONS} of ${programs.length} Python environments were looked at`);
  const deadline = Date.now() + RUN_BUDGET_MS;
  const described = await inTurn(programs.slice(0, MAX_PYTHONS), (program) =>
    describe(scan, { program, mayStart: Date.now() < deadline }),
  );
  const sorted = described.toSorted((a, b) => compare(a.python.path, b.python.path));
  return {
    section: { pythons: sorted.map(({ python }) => python), problems: problemsOf(scan) },
    certifi: sorted.flatMap(({ certifi }) => certifi ?? []),
    watch: [
      ...new Set([...directories, ...sorted.flatMap(({ sites, python }) => [python.path, ...sites])]),
    ].toSorted(compare),
  };
}

/** One interpreter with its own packages. */
interface Program {
  readonly candidate: Candidate;
  readonly realPath: string;
  readonly form: Form;
  readonly venv: VenvConfig | null;
  readonly on: SiteReader;
  readonly reader: Reader;
}

/** The same program under several names is one; a venv is its own even where it shares the program (PEP 405). */
async function distinctPrograms(scan: Scan, candidates: readonly Candidate[]): Promise<Program[]> {
  const programs = new Map<string, Program>();
  for (const candidate of candidates.toSorted(byPreference)) {
    const program = await openProgram(scan, candidate);
    if (program === null) continue;
    const key = program.venv === null ? program.realPath : `venv ${program.venv.directory}`;
    if (!programs.has(key)) programs.set(key, program);
  }
  return [...programs.values()].toSorted((a, b) => compare(a.candidate.path, b.candidate.path));
}

const KIND_ORDER: readonly Candidate['kind'][] = ['system', 'local', 'opt', 'pyenv', 'venv', 'user'];

/** By kind, then the name that people type; the order of discovery (/usr/bin before PATH) decides the rest. */
function byPreference(a: Candidate, b: Candidate): number {
  const rank = (candidate: Candidate): string => {
    const name = candidate.path.slice(candidate.path.lastIndexOf('/') + 1);
    const order = ['python3', 'python', 'python2'].indexOf(name);
    return `${KIND_ORDER.indexOf(candidate.kind)}${order === -1 ? 9 : order}`;
  };
  return compare(rank(a), rank(b));
}

async function openProgram(scan: Scan, candidate: Candidate): Promise<Program | null> {
  const chain = await scan.chain(candidate.path);
  if (chain.state !== 'resolved' || chain.realPath === null) return null;
  const on = siteReader(scan, chain);
  const reader = await on.readerFor(candidate.path);
  const head = await scan.read(candidate.path, { reader, maxBytes: 4096, head: true });
  if (head.state === 'notRegularFile') return null;
  const start = head.state === 'read' ? Buffer.from(head.bytes).toString('latin1') : '';
  if (isShim(start)) return null;
  return {
    candidate,
    realPath: chain.realPath,
    form: formOf(start),
    venv: await readVenvConfig(scan, candidate.path, reader),
    on,
    reader,
  };
}

type Form = 'program' | 'script' | 'other';

function formOf(start: string): Form {
  if (start.startsWith('\x7fELF')) return 'program';
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
  chain: { readonly owners: readonly number[]; readonly writable: string | null },
): SiteReader {
  const [owner, second] = chain.owners;
  if (!scan.ports.canActAs || (owner === undefined && chain.writable === null))
    return { scan, readerFor: (directory) => scan.readerFor(directory) };
  const reader =
    chain.writable !== null || second !== undefined || owner === undefined
      ? NOBODY
      : accountOf(scan.accounts, owner);
  return { scan, readerFor: () => Promise.resolve(reader) };
}

interface Described {
  readonly python: PythonEnvironment;
  readonly certifi: CertifiCopy | null;
  readonly sites: readonly string[];
}

async function describe(
  scan: Scan,
  work: { readonly program: Program; readonly mayStart: boolean },
): Promise<Described> {
  const { program } = work;
  const layout = await findLayout(scan, program);
  const sites = layout === null ? [] : await expandSites(program.on, layout.sites);
  const asked = await askIfAllowed(scan, { ...work, layout, sites });
  const packages = await findPackages(program.on, 'facts' in asked ? importPath(asked.facts, layout) : sites);
  const python =
    'facts' in asked
      ? runPython(program, { facts: asked.facts, packages })
      : staticPython(program, { layout, packages, because: asked.failure });
  return { python, certifi: await certifiOf(program, packages), sites };
}

async function askIfAllowed(
  scan: Scan,
  work: {
    readonly program: Program;
    readonly mayStart: boolean;
    readonly layout: Layout | null;
    readonly sites: readonly string[];
  },
): Promise<{ facts: RunFacts } | { failure: string }> {
  const { program, layout, sites } = work;
  // The C library would hand such a file to /bin/sh.
  if (program.form === 'other') return { failure: 'it is neither a program nor a script' };
  const decision = await mayRun(scan, {
    path: program.candidate.path,
    isScript: program.form === 'script',
    layout,
    sites,
  });
  if (!decision.run) return { failure: decision.because };
  if (!work.mayStart) return { failure: 'the time for starting interpreters was used up by others' };
  return await ask(scan, { path: program.candidate.path, account: decision.account });
}

/** sys.path without the standard library, which holds none of the packages looked for. */
function importPath(facts: RunFacts, layout: Layout | null): string[] {
  return facts.path.filter(
    (entry) =>
      entry.startsWith('/') &&
      entry !== layout?.library &&
      !entry.endsWith('.zip') &&
      !entry.endsWith('/lib-dynload'),
  );
}

function runPython(
  program: Program,
  found: { readonly facts: RunFacts; readonly packages: PythonPackage[] },
): PythonEnvironment {
  const { facts } = found;
  return {
    ...common(program),
    version: facts.version,
    implementation: facts.implementation,
    openssl: facts.openssl ?? null,
    verifyPaths: facts.verifyPaths ?? null,
    packages: found.packages,
    facts: 'run',
    notRunBecause: null,
    ...(facts.sslError === undefined ? {} : { sslError: facts.sslError }),
  };
}

function staticPython(
  program: Program,
  found: { readonly layout: Layout | null; readonly packages: PythonPackage[]; readonly because: string },
): PythonEnvironment {
  return {
    ...common(program),
    version: found.layout?.version ?? program.venv?.version ?? null,
    implementation: null,
    openssl: null,
    verifyPaths: null,
    packages: found.packages,
    facts: 'static',
    notRunBecause: clip(found.because, 512),
  };
}

function common(program: Program): Pick<PythonEnvironment, 'path' | 'realPath' | 'kind'> {
  const kind = program.venv === null ? program.candidate.kind : 'venv';
  return { path: program.candidate.path, realPath: program.realPath, kind };
}

async function certifiOf(program: Program, packages: readonly PythonPackage[]): Promise<CertifiCopy | null> {
  const certifi = packages.find((found) => found.name === 'certifi');
  if (certifi === undefined) return null;
  const { path, reader } = await certifiBundle(program.on, certifi.location);
  return { path, python: program.candidate.path, version: certifi.version, readAs: reader };
}

/** Keeps the order of `items` in the result. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Map<number, R>();
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results.set(index, await work(item));
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return items.flatMap((_, index) => (results.has(index) ? [results.get(index) as R] : []));
}
