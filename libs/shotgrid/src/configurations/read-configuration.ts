import { clip } from '@trustfleet/protocol';
import type { SharedFrom } from '../access/shares.ts';
import { createView, type Facts, type View } from '../access/view.ts';
import { placeOf, type Descriptor } from '../cores/descriptor.ts';
import { expand, surroundingsOf } from './expand.ts';
import type { FoundConfiguration } from './found-configuration.ts';
import { CORE_API, PATH_LINE, PIPELINE_CONFIGURATION, SHOTGUN, storedDescriptor } from './settings-files.ts';

/** Any of them in `config/core` tells a pipeline configuration (tk-core, is_pipeline_config; shotgrid.md §2.2). */
const OF_A_CONFIGURATION = ['pipeline_configuration.yml', 'core_api.yml', 'roots.yml'];
/** These a studio's core has beside it too. */
const OF_EITHER = [
  'shotgun.yml',
  'install_location.yml',
  ...['Linux', 'Darwin', 'Windows'].map(interpreterFile),
];

/** `config/core` with these names makes a configuration of what holds it; a studio's root with nothing but a core is none. */
export function isConfiguration(names: readonly string[], hasCore: boolean): boolean {
  if (names.some((name) => OF_A_CONFIGURATION.includes(name))) return true;
  return !hasCore && names.some((name) => OF_EITHER.includes(name));
}

function interpreterFile(system: string): string {
  return `interpreter_${system}.cfg`;
}

/** As Toolkit names the systems in its files. */
const SYSTEM = { linux: 'Linux', macos: 'Darwin', windows: 'Windows' } as const;

/** The configuration whose settings lie in `settings`: `<path>/config/core` of an installed one, `<path>/core` of a source. */
export async function readConfiguration(
  view: View,
  at: { readonly path: string; readonly settings: string },
): Promise<FoundConfiguration> {
  const file = view.scan.paths.join(at.settings, 'core_api.yml');
  const api = await view.facts(file, CORE_API);
  noteBroken(view, { path: file, file: api });
  const pipeline = await view.facts(
    view.scan.paths.join(at.settings, 'pipeline_configuration.yml'),
    PIPELINE_CONFIGURATION,
  );
  const descriptor = storedDescriptor(valueOf(api));
  const core = await coreOf(view, { path: at.path, descriptor, writer: writerOf(view, api) });
  const own = await siteSettings(view, at.settings);
  const studio = await studioSettings(core);
  return {
    path: at.path,
    descriptor,
    ...core,
    site: own.site ?? studio.site,
    keys: own.keys.length > 0 ? own.keys : studio.keys,
    interpreter: own.interpreter ?? studio.interpreter,
    fallbackRoots: (valueOf(pipeline) ?? []).flatMap(
      (root) => absolute(writerOf(view, pipeline), root) ?? [],
    ),
    shared: sharedOf([api, pipeline]) ?? own.shared,
    view,
  };
}

interface SiteSettings {
  readonly site: string | null;
  readonly keys: readonly string[];
  readonly interpreter: string | null;
  readonly shared: SharedFrom | null;
}

async function siteSettings(view: View, settings: string): Promise<SiteSettings> {
  const { join } = view.scan.paths;
  const shotgun = await view.facts(join(settings, 'shotgun.yml'), SHOTGUN);
  noteBroken(view, { path: join(settings, 'shotgun.yml'), file: shotgun });
  const line = await view.facts(join(settings, interpreterFile(SYSTEM[view.scan.ports.platform])), PATH_LINE);
  return {
    ...(valueOf(shotgun) ?? { site: null, keys: [] }),
    interpreter: expanded(writerOf(view, line), valueOf(line)),
    shared: sharedOf([shotgun, line]),
  };
}

/** What projects with a studio's core do not say, the studio says for all of them: site and interpreter lie beside that core. */
async function studioSettings({ kind, coreLocation, coreView }: Core): Promise<SiteSettings> {
  if (kind !== 'sharedCore' || coreLocation === null)
    return { site: null, keys: [], interpreter: null, shared: null };
  const { join, parent } = coreView.scan.paths;
  return await siteSettings(coreView, join(parent(parent(coreLocation)), 'config', 'core'));
}

function sharedOf(files: readonly Facts<unknown>[]): SharedFrom | null {
  return files.find((file) => file.state === 'read')?.shared ?? null;
}

function valueOf<T>(file: Facts<T>): T | null {
  return file.state === 'read' ? file.value : null;
}

function noteBroken(view: View, of: { readonly path: string; readonly file: Facts<unknown> }): void {
  if (of.file.state === 'read' && of.file.value === null)
    view.scan.note(of.path, 'It is not what Toolkit writes there: it was not understood');
}

/** What a file names is looked at with the rights with which the file itself was read. */
function writerOf(view: View, file: Facts<unknown>): View {
  return file.state === 'read' ? createView(view.scan, file.reader) : view;
}

type Core = Pick<FoundConfiguration, 'kind' | 'coreLocation' | 'coreView'>;

/** shotgrid.md §2.1: `_core_upgrader.py` tells a core of its own, `core_<OS>.cfg` one that is shared. */
async function coreOf(
  view: View,
  of: { readonly path: string; readonly descriptor: Descriptor | null; readonly writer: View },
): Promise<Core> {
  const { join, parts } = view.scan.paths;
  const core = join(of.path, 'install', 'core');
  const localized = await view.has(join(core, '_core_upgrader.py'));
  const [above = '', name = ''] = parts(of.path).slice(-2);
  const bootstrapped = name === 'cfg' && /^p\w*c\w*\./.test(above);
  if (localized)
    return { kind: bootstrapped ? 'bootstrapped' : 'localized', coreLocation: core, coreView: view };
  const shared = bootstrapped ? null : await sharedCore(view, core);
  if (shared !== null) return shared;
  return {
    kind: bootstrapped ? 'bootstrapped' : 'descriptor',
    coreLocation: usedInPlace(of.writer, of.descriptor),
    coreView: of.writer,
  };
}

async function sharedCore(view: View, core: string): Promise<Core | null> {
  const own = SYSTEM[view.scan.ports.platform];
  for (const system of new Set([own, ...Object.values(SYSTEM)])) {
    const file = view.scan.paths.join(core, `core_${system}.cfg`);
    const line = await view.facts(file, PATH_LINE);
    if (line.state !== 'read') continue;
    const coreView = writerOf(view, line);
    const root = system === own ? absolute(coreView, line.value) : null;
    if (root === null) view.scan.note(file, 'It names no core for this system');
    const coreLocation = root === null ? null : view.scan.paths.join(root, 'install', 'core');
    return { kind: 'sharedCore', coreLocation, coreView };
  }
  return null;
}

function usedInPlace(view: View, descriptor: Descriptor | null): string | null {
  return descriptor === null ? null : absolute(view, placeOf(descriptor, view.scan.ports.platform));
}

function expanded(view: View, text: string | null): string | null {
  const { ports } = view.scan;
  if (text === null) return null;
  return clip(
    expand(text, { surroundings: surroundingsOf(view.scan, view.fixed), platform: ports.platform }),
    4096,
  );
}

/** Null where it is none, or depends on what is not known. */
function absolute(view: View, text: string | null): string | null {
  const path = expanded(view, text);
  return path !== null && view.scan.paths.isAbsolute(path) && !path.includes('\0') ? path : null;
}
