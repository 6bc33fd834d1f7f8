import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { leaveUndoRequest } from '../../state/undo-requests.ts';
import { bundleProgram } from './bundle-program.ts';
import { inspectEnd, storeSnapshot } from './inspect.ts';
import type { Ends } from './judge.ts';
import type { KillableConfig } from './killable-agent.ts';
import { makeScenarios, type Scenario, type Wish } from './scenarios.ts';
import { makeStore, makeStudio, type Change, type Studio } from './studio.ts';

const run = promisify(execFile);
const RUN_LIMIT_MS = 300_000;
const UNHARMED = { killAt: null, fullAt: null };
/** Past every write of every run. */
const NEVER = 1_000_000;

/** Where agents are killed, with all that is needed for it. */
export interface KillLab {
  readonly directory: string;
  readonly program: string;
  readonly studio: Studio;
  readonly pristine: string;
  /** The store after each change, by its name. */
  readonly applied: Readonly<Partial<Record<Change, string>>>;
}

/** A scenario with the state from which each run begins, and the points that an undisturbed run passes. */
export interface PreparedScenario {
  readonly scenario: Scenario;
  readonly template: string;
  readonly points: readonly string[];
  /** How often an undisturbed run writes. */
  readonly writes: number;
  readonly ends: Ends;
}

/** How one run was killed and ended. */
export interface KilledRun {
  readonly scenario: string;
  readonly point: string;
  readonly killAt: number;
  /** Point of the next start at which that one was killed as well; null where it was not. */
  readonly secondKill: number | null;
  readonly state: string;
  readonly problems: readonly string[];
}

/**
 * Starts an agent in mount and process namespaces of its own, where the store stands at the real paths. True when it came to its
 * end. The inner unshare is process 1: what the agent left running ends with it, as with the service's own control group.
 */
async function start(lab: KillLab, config: KillableConfig): Promise<boolean> {
  const path = join(config.directory, 'config.json');
  await writeFile(path, JSON.stringify(config));
  const argv = [
    ...['-m', '-p', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private', '--'],
    ...['/usr/bin/unshare', '--uts', '--fork', '--', process.execPath, lab.program, path],
  ];
  try {
    await run('/usr/bin/unshare', argv, {
      timeout: RUN_LIMIT_MS,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', NODE_COMPILE_CACHE: join(lab.directory, 'compiled') },
    });
    return true;
  } catch (error) {
    const { stderr, killed } = error as { stderr?: string; killed?: boolean };
    if (killed === true) throw new Error(`an agent had no end within ${RUN_LIMIT_MS} ms`, { cause: error });
    if (config.killAt === null || (stderr ?? '').includes('Error'))
      throw new Error(stderr ?? String(error), { cause: error });
    return false;
  }
}

async function fresh(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await run('/bin/cp', ['-a', from, to]);
}

async function leave(directory: string, wish: Wish): Promise<void> {
  if (wish.kind === 'owner')
    await leaveUndoRequest(join(directory, 'state'), { requestId: wish.jobId, undoes: wish.undoes });
}

const pointsIn = async (directory: string): Promise<string[]> =>
  JSON.parse(await readFile(join(directory, 'points.json'), 'utf8')) as string[];

async function makePlace(directory: string, studio: Studio): Promise<void> {
  await mkdir(join(directory, 'state'), { recursive: true, mode: 0o700 });
  await makeStore(join(directory, 'root'), studio);
  await writeFile(join(directory, 'first-attempt'), '');
}

/** Bundles the program and looks what the store is before and after each change, undisturbed. */
export async function openKillLab(directory: string): Promise<{ lab: KillLab; scenarios: Scenario[] }> {
  const studio = await makeStudio();
  const scenarios = makeScenarios(studio);
  const place = join(directory, 'pristine');
  await makePlace(place, studio);
  const pristine = await storeSnapshot(join(place, 'root'));
  const program = await bundleProgram('killable-agent', directory);
  const lab = { directory, program, studio, pristine, applied: {} };
  const applied: Partial<Record<Change, string>> = {};
  const { agent } = studio;
  for (const { before, behaviour, change, wish } of scenarios) {
    if (applied[change] !== undefined || behaviour !== 'works' || before.length > 0) continue;
    const done = join(directory, 'applied');
    await fresh(place, done);
    await start(lab, { agent, directory: done, wishes: [wish], behaviour, ...UNHARMED });
    applied[change] = await storeSnapshot(join(done, 'root'));
    if (applied[change] === pristine) throw new Error(`the change ${change} leaves the store as it was`);
  }
  return { lab: { ...lab, applied }, scenarios };
}

/** Runs a scenario once without killing anybody, and checks that it ends well by itself. */
export async function prepareScenario(lab: KillLab, scenario: Scenario): Promise<PreparedScenario> {
  const { agent } = lab.studio;
  const template = join(lab.directory, `template ${scenario.name}`);
  await fresh(join(lab.directory, 'pristine'), template);
  const common = { agent, ...UNHARMED };
  await start(lab, { ...common, directory: template, wishes: scenario.before, behaviour: 'works' });
  await leave(template, scenario.wish);
  const directory = join(lab.directory, 'undisturbed');
  await fresh(template, directory);
  await start(lab, {
    ...{ ...common, directory, wishes: [scenario.wish], behaviour: scenario.behaviour },
    fullAt: NEVER,
  });
  const undoing = scenario.before.length > 0;
  const applied = lab.applied[scenario.change] ?? '';
  const ends = undoing ? { before: applied, done: lab.pristine } : { before: lab.pristine, done: applied };
  const { problems } = await inspectEnd(directory, scenario, ends);
  if (problems.length > 0) throw new Error(`${scenario.name}, undisturbed: ${problems.join('\n')}`);
  const writes = JSON.parse(await readFile(join(directory, 'writes.json'), 'utf8')) as number;
  return { scenario, template, ends, writes, points: await pointsIn(directory) };
}

/**
 * Kills the agent at a point of the scenario, its next start at a point too where asked, and lets the third come to its end; the
 * server brings the job again each time, as long as it has not heard of its end.
 */
export async function killAt(
  lab: KillLab,
  prepared: PreparedScenario,
  kills: { readonly first: number; readonly second: number | null; readonly place: string },
): Promise<KilledRun> {
  const { scenario, template, points, ends } = prepared;
  const directory = join(lab.directory, kills.place);
  await fresh(template, directory);
  const config = {
    ...{ agent: lab.studio.agent, directory, wishes: [scenario.wish] },
    ...{ behaviour: scenario.behaviour, ...UNHARMED },
  };
  const ended = await start(lab, { ...config, killAt: kills.first });
  const problems = ended ? ['the agent was not killed'] : [];
  // A second kill past the end of that run is none.
  if (kills.second !== null) await start(lab, { ...config, killAt: kills.second });
  await start(lab, config);
  const end = await inspectEnd(directory, scenario, ends);
  return {
    ...{ scenario: scenario.name, point: points[kills.first - 1] ?? '?', killAt: kills.first },
    secondKill: kills.second,
    state: end.state,
    problems: [...problems, ...end.problems],
  };
}

/** How one run ended whose disk was full from a write on, until a job waited for space. */
export interface FullDiskRun {
  readonly scenario: string;
  readonly fullAt: number;
  readonly state: string;
  readonly problems: readonly string[];
}

/** Runs a scenario on a small disk that is filled before the given write. */
export async function fillDisk(
  lab: KillLab,
  prepared: PreparedScenario,
  { fullAt, place }: { readonly fullAt: number; readonly place: string },
): Promise<FullDiskRun> {
  const { scenario, template, ends } = prepared;
  const directory = join(lab.directory, place);
  await fresh(template, directory);
  await start(lab, {
    ...{ agent: lab.studio.agent, directory, wishes: [scenario.wish], behaviour: scenario.behaviour },
    ...{ killAt: null, fullAt },
  });
  return { scenario: scenario.name, fullAt, ...(await inspectEnd(directory, scenario, ends)) };
}
