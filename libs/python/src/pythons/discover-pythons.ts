import { inTurn } from '../in-turn.ts';
import { environmentOptions } from '../options/environment-options.ts';
import type { PythonPorts } from '../ports.ts';
import { compare, createScan, problemsOf, type Scan } from '../scan.ts';
import type { CollectOptions, DescribedPython, KnownEnvironment, PythonsResult } from '../types.ts';
import { findCandidates, type Candidate } from './candidates.ts';
import { describe } from './describe.ts';
import { createMemory, marksFor, recording, type Memory } from './known.ts';
import { native } from './native.ts';
import { openProgram, reopenProgram, type Program } from './program.ts';

const MAX_PYTHONS = 200;
/** After this no further interpreter is started; the rest is read from files. */
const RUN_BUDGET_MS = 120_000;

/**
 * Python environments of this host; run only under security.md "a local user", else static facts. What `options.known` says and has
 * not changed since is neither opened nor started again. Never throws for what it finds.
 */
export async function discoverPythons(ports: PythonPorts, options: CollectOptions): Promise<PythonsResult> {
  const scan = await createScan(ports, options);
  const now = Date.now();
  const memory = createMemory(scan, now);
  const { candidates, directories, found, searchedAt } = await findCandidates(scan);
  const entries = await distinctPrograms(scan, { candidates, memory });
  if (entries.length > MAX_PYTHONS)
    scan.note('/', `Only the first ${MAX_PYTHONS} of ${entries.length} Python environments were looked at`);
  const described = await inTurn(entries.slice(0, MAX_PYTHONS), (entry) =>
    describeEntry(scan, { entry, memory, deadline: now + RUN_BUDGET_MS }),
  );
  const sorted = described.toSorted((a, b) => compare(a.python.path, b.python.path));
  const inEnvironments = await environmentOptions(
    scan,
    sorted.map(({ python }) => python),
  );
  const shares = scan.shares.states();
  const result = {
    section: {
      pythons: sorted.map(({ python }) => python),
      ...(inEnvironments.length === 0 ? {} : { options: inEnvironments.map(({ option }) => option) }),
      problems: problemsOf(scan),
      ...(shares === undefined ? {} : { shares }),
    },
    options: inEnvironments,
    certifi: sorted.flatMap(({ certifi }) => certifi ?? []),
    packageBundles: sorted.flatMap(({ packageBundles }) => packageBundles),
    defaults: sorted.flatMap(({ defaults }) => defaults),
    sites: sorted.flatMap(({ python, sites }) =>
      sites.map((directory) => ({ directory, python: python.path })),
    ),
    watch: [
      ...new Set([...directories, ...sorted.flatMap(({ sites, python }) => [python.path, ...sites])]),
    ].toSorted(compare),
  };
  return {
    ...(ports.platform === 'windows' ? native(result) : result),
    known: memory.left({ found, searchedAt }),
  };
}

/** A candidate that is a Python of its own, with what is known of it. */
interface Entry {
  readonly program: Program;
  /** Scan that notes what is touched. */
  readonly recorded: ReturnType<typeof recording>;
  readonly known: KnownEnvironment | null;
}

/** The same program under several names is one; a venv is its own even where it shares the program (PEP 405). */
async function distinctPrograms(
  scan: Scan,
  { candidates, memory }: { readonly candidates: readonly Candidate[]; readonly memory: Memory },
): Promise<Entry[]> {
  const entries = new Map<string, Entry>();
  for (const candidate of candidates.toSorted(byPreference)) {
    const entry = await openEntry(scan, { candidate, memory });
    if (entry === null) continue;
    const { venv, realPath } = entry.program;
    const key = venv === null ? realPath : `venv ${venv.directory}`;
    if (!entries.has(key)) entries.set(key, entry);
    else if (entry.known === null) await remember(scan, { entry, memory, described: null });
    else memory.keep(candidate, { ...entry.known, described: null }, entry.known.at);
  }
  return [...entries.values()].toSorted((a, b) =>
    compare(a.program.candidate.path, b.program.candidate.path),
  );
}

async function openEntry(
  scan: Scan,
  { candidate, memory }: { readonly candidate: Candidate; readonly memory: Memory },
): Promise<Entry | null> {
  const known = await memory.recall(candidate);
  const recorded = recording(scan);
  if (known !== null) {
    if (known.program === null) {
      memory.keep(candidate, known, known.at);
      return null;
    }
    return {
      program: await reopenProgram(recorded.scan, { candidate, known: known.program }),
      recorded,
      known,
    };
  }
  const program =
    candidate.neverRun !== undefined && candidate.readAs !== undefined && scan.ports.platform === 'windows'
      ? unseen(recorded.scan, candidate)
      : await openProgram(recorded.scan, candidate);
  if (program !== null) return { program, recorded, known: null };
  const marks = await marksFor(scan, { content: recorded.touched, presence: [], chain: [candidate.path] });
  if (marks !== null) memory.keep(candidate, { marks, program: null, described: null });
  return null;
}

/** What a person of Windows has is not looked at: nothing is opened with another one's rights there. */
function unseen(scan: Scan, candidate: Candidate): Program {
  const reader = candidate.readAs ?? null;
  return {
    ...{ candidate, realPath: candidate.path, form: 'program', venv: null },
    ...{ neverRun: candidate.neverRun ?? null, reader },
    on: { scan, readerFor: () => Promise.resolve(reader) },
  };
}

const KIND_ORDER: readonly Candidate['kind'][] = [
  'dcc',
  'shotgridDesktop',
  'system',
  'framework',
  'homebrew',
  'windowsRegistry',
  'local',
  'conda',
  'opt',
  'uv',
  'pyenv',
  'venv',
  'user',
  'configured',
  'commandLineTools',
  'store',
];

/** By kind, then the name that people type; the order of discovery (/usr/bin before PATH) decides the rest. */
function byPreference(a: Candidate, b: Candidate): number {
  const rank = (candidate: Candidate): string => {
    const name = candidate.path.slice(candidate.path.lastIndexOf('/') + 1).replace(/\.exe$/i, '');
    const order = ['python3', 'python', 'python2'].indexOf(name);
    const kind = String(KIND_ORDER.indexOf(candidate.kind)).padStart(2, '0');
    return `${wordOf(candidate)}${kind}${order === -1 ? 9 : order}`;
  };
  return compare(rank(a), rank(b));
}

/** That it must not be started goes first; a person's word for it last: it is then looked at with that person's rights alone. */
function wordOf({ neverRun, readAs }: Candidate): number {
  if (readAs !== undefined) return 2;
  return neverRun === undefined ? 1 : 0;
}

async function describeEntry(
  scan: Scan,
  { entry, memory, deadline }: { readonly entry: Entry; readonly memory: Memory; readonly deadline: number },
): Promise<DescribedPython> {
  const { program, known, recorded } = entry;
  if (known !== null && known.described !== null) {
    memory.keep(program.candidate, known, known.at);
    return known.described;
  }
  const found = await describe(recorded.scan, { program, mayStart: Date.now() < deadline });
  if (found.lasting) await remember(scan, { entry, memory, ...found });
  return found.described;
}

async function remember(
  scan: Scan,
  what: {
    readonly entry: Entry;
    readonly memory: Memory;
    readonly described: DescribedPython | null;
    readonly presence?: readonly string[];
    readonly libraries?: readonly string[];
  },
): Promise<void> {
  const { program, recorded } = what.entry;
  const { candidate, realPath, form, venv } = program;
  // Read again by recall, though reopened without a look: pyvenv.cfg and the program itself.
  const own = [candidate.path, realPath, ...(venv === null ? [] : [`${venv.directory}/pyvenv.cfg`])];
  const marks = await marksFor(scan, {
    content: [...own, ...recorded.touched, ...(what.libraries ?? [])],
    presence: what.presence ?? [],
    chain: [candidate.path],
  });
  const neverRun = program.neverRun !== null && candidate.neverRun === undefined;
  if (marks !== null && !(neverRun && what.described === null))
    what.memory.keep(candidate, { marks, program: { realPath, form, venv }, described: what.described });
}
