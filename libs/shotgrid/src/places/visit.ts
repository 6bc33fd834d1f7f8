import type { ShotgridEntry } from '../ports.ts';
import type { View } from '../access/view.ts';
import { copiesIn } from '../apis/site-copies.ts';
import { isConfiguration, readConfiguration } from '../configurations/read-configuration.ts';
import { pipCore } from '../cores/pip-core.ts';
import { readCore } from '../cores/read-core.ts';
import type { Findings } from '../findings.ts';
import { isRecord, yamlFacts } from '../yaml.ts';
import { bundlesIn } from './bundle-cache.ts';

type Entries = readonly ShotgridEntry[];

/** Copies and the pip install that a directory of packages holds. */
export async function visitPackages(
  findings: Findings,
  at: { readonly view: View; readonly directory: string; readonly entries: Entries },
): Promise<void> {
  for (const api of await copiesIn(at.view, at)) findings.addApi(api);
  const core = await pipCore(at.view, at);
  if (core !== null) findings.addCore(core);
}

/** True where `directory` is a core: nothing else is to be found below it. Apps and engines have the same manifest, and no `tank`. */
export async function visitCore(
  findings: Findings,
  at: { readonly view: View; readonly directory: string; readonly entries: Entries },
): Promise<boolean> {
  const { view, directory, entries } = at;
  const names = new Set(entries.map(({ name }) => name));
  if (!names.has('info.yml') || !['python', 'core', 'requirements'].some((name) => names.has(name)))
    return false;
  if (!(await holdsTank(view, directory))) return false;
  const core = await readCore(view, directory);
  if (core !== null) findings.addCore(core);
  return core !== null;
}

async function holdsTank(view: View, directory: string): Promise<boolean> {
  const { join } = view.scan.paths;
  const marks = [
    ['python', 'tank_vendor'],
    ['python', 'tank'],
    ['core', 'python', 'tank_vendor'],
    ['core', 'python', 'tank'],
  ];
  for (const mark of marks) if (await view.has(join(directory, ...mark))) return true;
  return false;
}

/** An installed configuration (`config/core`), or the source of one (`core/core_api.yml`). */
export async function visitConfiguration(
  findings: Findings,
  at: { readonly view: View; readonly directory: string; readonly entries: Entries },
): Promise<void> {
  const { view, directory, entries } = at;
  const { join, parent, name } = view.scan.paths;
  const names = new Set(entries.filter(({ kind }) => kind !== 'file').map((entry) => entry.name));
  const inside = async (settings: string): Promise<string[]> =>
    ((await view.list(settings)) ?? []).map((entry) => entry.name);
  const installed = join(directory, 'config', 'core');
  if (names.has('config') && isConfiguration(await inside(installed), await hasCore(view, directory)))
    findings.addConfiguration(await readConfiguration(view, { path: directory, settings: installed }));
  const source = join(directory, 'core');
  const isInstalled = name(directory) === 'config' && findings.configurations.has(parent(directory));
  if (names.has('core') && !isInstalled && (await inside(source)).includes('core_api.yml'))
    findings.addConfiguration(await readConfiguration(view, { path: directory, settings: source }));
}

function hasCore(view: View, directory: string): Promise<boolean> {
  return view.has(view.scan.paths.join(directory, 'install', 'core', 'info.yml'));
}

/** A root that holds `config` and `install`, where both are known to be: nothing else below it is entered. */
export async function visitInstalled(
  findings: Findings,
  at: { readonly view: View; readonly directory: string },
): Promise<void> {
  const { view, directory } = at;
  const { join } = view.scan.paths;
  const entries = await view.list(directory);
  if (entries === null) return;
  await visitConfiguration(findings, { view, directory, entries });
  const backups = join(directory, 'install', 'core.backup');
  const old = ((await view.list(backups)) ?? [])
    .filter(({ kind }) => kind === 'directory')
    .slice(-MOST_BACKUPS);
  for (const location of [
    join(directory, 'install', 'core'),
    ...old.map(({ name }) => join(backups, name)),
  ]) {
    const core = await readCore(view, location);
    if (core !== null) findings.addCore(core);
  }
}

/** The newest: nobody goes back further. */
const MOST_BACKUPS = 20;

/** A built plugin brings the core that it starts with in a bundle cache beside its manifest (tk-core, developer/build_plugin.py). */
const PLUGIN = yamlFacts(
  'plugin',
  (document) => isRecord(document) && ('plugin_id' in document || 'base_configuration' in document),
);

/** A bundle cache: its cores, and those of Desktop's start-up framework. */
export async function visitBundleCache(
  findings: Findings,
  at: { readonly view: View; readonly root: string; readonly met?: boolean },
): Promise<void> {
  const { view, root, met = false } = at;
  const { cores, startups } = await bundlesIn(view, root);
  if (cores.length + startups.length === 0) return;
  findings.addBundleCache(root, { view, met });
  const { join, parent } = view.scan.paths;
  const above = await view.facts(join(parent(root), 'info.yml'), PLUGIN);
  if (above.state === 'read' && above.value === true) findings.addPlugin(parent(root));
  for (const location of [...cores, ...startups.map((path) => join(path, 'python', 'tk-core'))]) {
    if (view.scan.late()) break;
    if (!(await holdsTank(view, location))) continue;
    const core = await readCore(view, location);
    if (core !== null) findings.addCore(core);
  }
  for (const location of [...cores, ...startups]) findings.watch(parent(location));
}
