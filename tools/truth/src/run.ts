import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOfSources } from './cells/answers.ts';
import { claimLab } from './lab/claim-lab.ts';
import { INTERCEPTED, INTERCEPTOR, makeChains, type LabChains } from './lab/chains.ts';
import { writeFiles, type LabFiles, type StoreName } from './lab/files.ts';
import { keptLab } from './lab/keep-lab.ts';
import { serveChains, serveProxy, type LabProxy, type LabServers } from './lab/servers.ts';
import { settings, type Setting } from './settings.ts';
import { catalogue, isThorough, type StandWish } from './stands/catalogue.ts';
import { findInterpreters } from './stands/interpreters.ts';
import { CACHE } from './stands/packages.ts';
import { putUp, type Stand } from './stands/stand.ts';
import { serversOf } from './visits.ts';
import { enterWorld } from './world/enter-world.ts';
import type { Plan, PlannedRun } from './world/plan.ts';
import type { RunDone } from './world/world.ts';

/** What to try: everything, or what a seed chose. */
export interface Selection {
  stands(all: readonly StandWish[]): readonly StandWish[];
  /** Of one stand. */
  settings(stand: StandWish, all: readonly Setting[]): readonly Setting[];
  /** Whether the agent's probe visits what this stand visits. */
  probed(stand: StandWish, setting: Setting): boolean;
  /** Ids of chains; absent: all of them. */
  chains?(all: readonly string[]): readonly string[];
}

export interface TruthOptions {
  readonly selection: Selection;
  /** Keeps the lab, and what was answered, for the next run; a run that was stopped goes on. */
  readonly keep: boolean;
  /** Processes of clients at once. */
  readonly atOnce: number;
  readonly listener: TruthListener;
  /** How long one world may take. */
  readonly limitMs: number;
}

export interface TruthListener {
  readonly note: (line: string) => void;
  /** A stand that this machine cannot have, and why. */
  readonly missing: (stand: string, because: string) => void;
  /** So many processes there will be in all. */
  readonly planned: (runs: number) => void;
  readonly done: (run: RunDone) => void;
}

/** What answers depend on beside stand, setting and calls: all of the laboratory but the lists of what is tried. */
const LAB_SOURCES = [
  ...['certificates', 'chains', 'files', 'servers'].map((name) => `tools/truth/src/lab/${name}.ts`),
  ...['bundles-of', 'environment', 'eras', 'stand'].map((name) => `tools/truth/src/stands/${name}.ts`),
  'tools/truth/src/driver',
  'tools/truth/eras',
];
const PROBE_SOURCES = ['libs/python/src/probe'];

/** Builds the laboratory, visits and compares. Leaves nothing behind but fetched packages, and what is kept. */
export async function runTruth(options: TruthOptions): Promise<void> {
  const digests = { lab: digestOfSources(LAB_SOURCES), probe: digestOfSources(PROBE_SOURCES) };
  await mkdir(CACHE, { recursive: true });
  const directory = options.keep ? join(CACHE, `lab-${digests.lab}`) : await mkdtemp(join(CACHE, 'lab-'));
  const giveBack = await claimLab(directory);
  try {
    await runIn(directory, { options, digests });
  } finally {
    if (!options.keep) await rm(directory, { recursive: true, force: true });
    await giveBack();
  }
}

async function runIn(
  directory: string,
  { options, digests }: { readonly options: TruthOptions; readonly digests: Plan['digests'] },
): Promise<void> {
  const lab = options.keep ? await keptLab(directory, new Date()) : await makeChains(new Date());
  const chosen = options.selection.chains?.(lab.chains.map(({ id }) => id));
  const servers = await serveChains(lab.chains.filter(({ id }) => chosen?.includes(id) ?? true));
  const portOf = (wanted: string): number =>
    servers.running.find(({ chain }) => chain.id === wanted)?.port ?? 0;
  const proxy = await serveProxy({ from: portOf(INTERCEPTED), to: portOf(INTERCEPTOR) });
  try {
    const files = await writeFiles(directory, lab);
    const hosts = lab.chains.map(({ host }) => host).filter((host) => /[a-z]/.test(host));
    await writeFile(join(directory, 'hosts'), `127.0.0.1 localhost ${hosts.join(' ')}\n`);
    const stands = await putUpAll(options, { directory: join(directory, 'stands'), lab });
    await visit(options, { stands, servers, proxy, files, directory, digests });
  } finally {
    await proxy.close();
    await servers.close();
  }
}

/** pip mostly waits for its index. */
const PUT_UP_AT_ONCE = 3;

async function putUpAll(
  { selection, listener }: TruthOptions,
  where: { readonly directory: string; readonly lab: LabChains },
): Promise<readonly Stand[]> {
  const interpreters = await findInterpreters();
  const wishes = selection.stands(catalogue());
  const stands: (Stand | null)[] = [];
  const queue = wishes.entries();
  const worker = async (): Promise<void> => {
    for (const [index, wish] of queue) {
      const made = await putUp(wish, { ...where, interpreters });
      stands[index] = 'because' in made ? null : made;
      if ('because' in made) listener.missing(wish.name, made.because);
      if (index % 20 === 19) listener.note(`${index + 1} of ${wishes.length} stands are put up`);
    }
  };
  await Promise.all(Array.from({ length: PUT_UP_AT_ONCE }, worker));
  return stands.filter((stand) => stand !== null);
}

interface Laboratory {
  readonly stands: readonly Stand[];
  readonly servers: LabServers;
  readonly proxy: LabProxy;
  readonly files: LabFiles;
  readonly directory: string;
  readonly digests: Plan['digests'];
}

/** One world for each default store; both at once, since each begins by looking at everything. */
async function visit(options: TruthOptions, laboratory: Laboratory): Promise<void> {
  const { files, directory } = laboratory;
  const plans = (['bare', 'studio'] as const)
    .map((store) => ({ store, plan: planOf(options, { ...laboratory, store }) }))
    .filter(({ plan }) => plan.runs.length > 0);
  options.listener.planned(plans.reduce((sum, { plan }) => sum + plan.runs.length, 0));
  await rm(scratchOf(directory), { recursive: true, force: true });
  await mkdir(scratchOf(directory), { recursive: true });
  await Promise.all(
    plans.map(async ({ store, plan }) => {
      const planFile = join(directory, `plan-${store}.json`);
      await writeFile(planFile, JSON.stringify(plan));
      await enterWorld(
        { store: files.store(store), hosts: join(directory, 'hosts'), planFile },
        { limitMs: options.limitMs, done: options.listener.done },
      );
    }),
  );
}

const scratchOf = (directory: string): string => join(directory, 'jobs');

function planOf(
  { selection, keep, atOnce }: TruthOptions,
  laboratory: Laboratory & { readonly store: StoreName },
): Plan {
  const { stands, servers, proxy, files, directory, digests } = laboratory;
  const mine = settings(files).filter(({ store }) => store === laboratory.store);
  const ids = servers.running.map(({ chain }) => chain.id);
  const runs: PlannedRun[] = stands.flatMap((stand) => {
    const here = mine.filter((setting) => concerns(setting, stand.wish));
    return selection.settings(stand.wish, here).map((setting) => ({
      stand: stand.wish.name,
      setting: setting.name,
      servers: serversOf(stand, setting, ids),
      probe: selection.probed(stand.wish, setting),
    }));
  });
  return {
    servers: servers.running.map(({ chain: { id, host }, port }) => ({ id, host, port })),
    stands: stands.map(({ wish, interpreter: { version }, directory: place, python, site, markers }) => ({
      ...{ wish, version, python, site, markers },
      directory: place,
    })),
    settings: mine,
    proxy: `http://127.0.0.1:${proxy.port}`,
    runs,
    atOnce,
    scratch: scratchOf(directory),
    answers: keep ? join(directory, 'answers') : null,
    digests,
  };
}

function concerns(setting: Setting, wish: StandWish): boolean {
  if (setting.thorough === true && !isThorough(wish)) return false;
  return wish.clients.some((client) => setting.clients?.includes(client) ?? true);
}
