import { chmod, mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verification } from '@trustfleet/certificates';
import {
  createPredictor,
  type DiagnosisFacts,
  type Predictor,
  type ResolvedSource,
} from '@trustfleet/diagnosis';
import type { Host, UserAccount } from '@trustfleet/host';
import type { Verdict } from '@trustfleet/protocol';
import { openProbe, toOutcome, type CollectOptions, type ProbeRequest } from '@trustfleet/python';
import { valuesOf, type Unit } from './units.ts';

/** What came of one source at one endpoint. */
export interface ProbeOutcome extends Pick<Verdict, 'probed' | 'notProbed'> {
  readonly source: string;
  readonly endpoint: string;
}

export interface ProbeOptions {
  readonly host: Host;
  readonly collect: CollectOptions;
  /** With the endpoints as they were just seen: a Python that tells no number is told by them. */
  readonly facts: DiagnosisFacts;
  /** Told before each Python is started, and how many are to come. */
  readonly onProgress?: (python: string, left: number) => void;
  /** As whoever calls, with the variables as they are: the shell that one stands in. */
  readonly asCaller?: boolean;
}

/** Shakes hands as the clients of each unit do: one process for a Python and its variables, for all of its endpoints. Never rejects for what it meets. */
export async function probeUnits(
  units: readonly Unit[],
  options: ProbeOptions,
): Promise<ReadonlyMap<string, readonly ProbeOutcome[]>> {
  const outcomes = new Map<string, ProbeOutcome[]>();
  if (units.length === 0) return outcomes;
  const { users } = await options.host.users(options.collect.root ?? '/');
  const predictor = createPredictor(options.facts);
  await inEmptyDirectory(async (workingDirectory) => {
    const probe = await openProbe(options.host, { ...options.collect, workingDirectory });
    const runs = runsOf(units);
    for (const [index, run] of runs.entries()) {
      const [first] = run;
      if (first === undefined) continue;
      options.onProgress?.(first.python.path, runs.length - index);
      const account = accountOf(first, users, options);
      const tasks = run.flatMap((unit) => unit.sources.map((resolved) => ({ unit, resolved })));
      const { results } = await probe({
        python: first.python,
        account: account === 'unknown' ? null : account,
        variables: Object.fromEntries(valuesOf(first.context)),
        targets: account === 'unknown' ? [] : tasks.map(({ unit, resolved }) => targetOf(unit, resolved)),
      });
      tasks.forEach(({ unit, resolved }, at) => {
        const result = results[at];
        const outcome =
          result === undefined
            ? { probed: null, notProbed: 'the account is not known here' }
            : toOutcome(result, replayed({ predictor, facts: options.facts }, unit, resolved));
        const found = { source: resolved.source.id, endpoint: unit.endpoint.id, ...outcome };
        outcomes.set(unit.key, [...(outcomes.get(unit.key) ?? []), found]);
      });
    }
  });
  return outcomes;
}

/** What is of one Python and one set of variables goes into one process. */
function runsOf(units: readonly Unit[]): Unit[][] {
  const runs = new Map<string, Unit[]>();
  for (const unit of units) {
    const key = JSON.stringify([unit.python.path, unit.context.accounts, valuesOf(unit.context)]);
    runs.set(key, [...(runs.get(key) ?? []), unit]);
  }
  return [...runs.values()];
}

function targetOf({ endpoint }: Unit, { consumer, source }: ResolvedSource): ProbeRequest['targets'][number] {
  const { id, host, port } = endpoint;
  const install = consumer.api === null ? null : consumer.api.location;
  return { endpoint: id, host, port, client: source.client, install };
}

/** One of those who get exactly these variables. */
function accountOf(
  { context }: Unit,
  users: readonly UserAccount[],
  { asCaller = false }: ProbeOptions,
): ProbeRequest['account'] | 'unknown' {
  const [name] = context.accounts;
  if (asCaller || name === undefined) return null;
  return users.find((user) => user.name === name) ?? 'unknown';
}

function replayed(
  { predictor, facts }: { readonly predictor: Predictor; readonly facts: DiagnosisFacts },
  { endpoint }: Unit,
  resolved: ResolvedSource,
): Verification | null {
  const seen = facts.sections.endpoints.endpoints.find(({ id }) => id === endpoint.id);
  return seen === undefined ? null : predictor.predict(resolved, seen).verification;
}

/** Nobody else can put anything there (architecture.md, probe): what is imported from the working directory would be run. */
async function inEmptyDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'trustfleet-probe-'));
  try {
    await chmod(directory, 0o755);
    await work(directory);
  } finally {
    await rmdir(directory);
  }
}
