import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cell } from './cell.ts';
import { INTERCEPTED, INTERCEPTOR, makeChains } from './lab/chains.ts';
import { writeFiles, type LabFiles, type StoreName } from './lab/files.ts';
import { serveChains, serveProxy, type LabProxy, type LabServers } from './lab/servers.ts';
import { settings, type Setting } from './settings.ts';
import { catalogue, isThorough, type StandWish } from './stands/catalogue.ts';
import { findInterpreters } from './stands/interpreters.ts';
import { CACHE } from './stands/packages.ts';
import { putUp, type Stand } from './stands/stand.ts';
import type { Plan, PlannedRun } from './world/plan.ts';

/** What to try: everything, or what a seed chose. */
export interface Selection {
  stands(all: readonly StandWish[]): readonly StandWish[];
  /** Of one stand. */
  settings(stand: StandWish, all: readonly Setting[]): readonly Setting[];
  /** Whether the agent's probe visits what this stand visits. */
  probed(stand: StandWish): boolean;
  /** Ids of chains; absent: all of them. */
  chains?(all: readonly string[]): readonly string[];
}

export interface TruthReport {
  readonly cells: readonly Cell[];
  /** Stands that this machine cannot have, each with its reason. */
  readonly missing: readonly { readonly stand: string; readonly because: string }[];
}

export interface TruthOptions {
  readonly selection: Selection;
  readonly note: (line: string) => void;
  /** How long one world may take. */
  readonly limitMs: number;
}

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Built and source files alike. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** Builds the laboratory, visits and compares, and leaves nothing behind but fetched packages. */
export async function runTruth(options: TruthOptions): Promise<TruthReport> {
  await mkdir(CACHE, { recursive: true });
  const directory = await mkdtemp(join(CACHE, 'lab-'));
  const lab = await makeChains(new Date());
  const chosen = options.selection.chains?.(lab.chains.map(({ id }) => id));
  const servers = await serveChains(lab.chains.filter(({ id }) => chosen?.includes(id) ?? true));
  const portOf = (wanted: string): number =>
    servers.running.find(({ chain }) => chain.id === wanted)?.port ?? 0;
  const proxy = await serveProxy({ from: portOf(INTERCEPTED), to: portOf(INTERCEPTOR) });
  try {
    const files = await writeFiles(directory, lab);
    const hosts = lab.chains.map(({ host }) => host).filter((host) => /[a-z]/.test(host));
    await writeFile(join(directory, 'hosts'), `127.0.0.1 localhost ${hosts.join(' ')}\n`);
    const { stands, missing } = await putUpAll(options, { directory: join(directory, 'stands'), lab });
    const cells: Cell[] = [];
    for (const store of ['bare', 'studio'] as const)
      cells.push(...(await runStore(options, { store, stands, servers, proxy, files, directory })));
    return { cells, missing };
  } finally {
    await proxy.close();
    await servers.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function putUpAll(
  { selection, note }: TruthOptions,
  where: { readonly directory: string; readonly lab: Awaited<ReturnType<typeof makeChains>> },
): Promise<{ readonly stands: readonly Stand[]; readonly missing: TruthReport['missing'] }> {
  const interpreters = await findInterpreters();
  const stands: Stand[] = [];
  const missing: { stand: string; because: string }[] = [];
  for (const wish of selection.stands(catalogue())) {
    const made = await putUp(wish, { ...where, interpreters });
    if ('because' in made) missing.push({ stand: wish.name, because: made.because });
    else stands.push(made);
  }
  note(`${stands.length} stands are up, ${missing.length} are not`);
  return { stands, missing };
}

interface Laboratory {
  readonly store: StoreName;
  readonly stands: readonly Stand[];
  readonly servers: LabServers;
  readonly proxy: LabProxy;
  readonly files: LabFiles;
  readonly directory: string;
}

async function runStore(options: TruthOptions, laboratory: Laboratory): Promise<readonly Cell[]> {
  const { store, stands, servers, proxy, files, directory } = laboratory;
  const mine = settings(files).filter((setting) => setting.store === store);
  const runs: PlannedRun[] = stands.flatMap(({ wish }) =>
    options.selection
      .settings(
        wish,
        mine.filter((setting) => concerns(setting, wish)),
      )
      .map((setting) => ({
        stand: wish.name,
        setting: setting.name,
        probe: setting.visits !== 'all' && options.selection.probed(wish),
      })),
  );
  if (runs.length === 0) return [];
  const scratch = join(directory, 'jobs');
  await mkdir(scratch, { recursive: true });
  const plan: Plan = {
    servers: servers.running.map(({ chain: { id, host }, port }) => ({ id, host, port })),
    stands: stands.map(({ wish, interpreter: { version }, python, site }) => ({
      wish,
      version,
      python,
      site,
    })),
    standsDirectory: join(directory, 'stands'),
    settings: mine,
    proxy: `http://127.0.0.1:${proxy.port}`,
    runs,
    scratch,
    argument: files.bundle('marker-argument'),
  };
  const [planFile, cellsFile] = [
    join(directory, `plan-${store}.json`),
    join(directory, `cells-${store}.json`),
  ];
  await writeFile(planFile, JSON.stringify(plan));
  await inNamespace(options, [files.store(store), join(directory, 'hosts'), planFile, cellsFile]);
  return JSON.parse(await readFile(cellsFile, 'utf8')) as Cell[];
}

function concerns(setting: Setting, wish: StandWish): boolean {
  if (setting.thorough === true && !isThorough(wish)) return false;
  return wish.clients.some((client) => setting.clients?.includes(client) ?? true);
}

async function inNamespace(
  { limitMs }: TruthOptions,
  [store, hosts, planFile, cellsFile]: readonly [string, string, string, string],
): Promise<void> {
  const node = [process.execPath, '--conditions=@trustfleet/source'];
  const flags = process.getuid?.() === 0 ? '-m' : '-Urm';
  const argv = [flags, '--propagation', 'private', '--', ...node, join(HERE, `world/enter${EXTENSION}`)];
  const program = [...node, join(HERE, `world/main${EXTENSION}`), planFile, cellsFile];
  const child = spawn('unshare', [...argv, store, hosts, '--', ...program], {
    // The world ends when this pipe does: with us, and with the time-out that ends only what entered the namespace.
    stdio: ['pipe', 'ignore', 'inherit'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  }).finally(() => child.stdin.destroy());
  if (code !== 0)
    throw new Error(`A world of the laboratory ended with ${code ?? 'a signal'}; its reason stands above.`);
}
