import { clip } from '@trustfleet/protocol';
import { createView, type Facts, type View } from '../access/view.ts';
import { placeOf, type Descriptor } from '../cores/descriptor.ts';
import { expand, surroundingsOf } from './expand.ts';
import type { FoundConfiguration } from './found-configuration.ts';
import { CORE_API, PATH_LINE, PIPELINE_CONFIGURATION, SHOTGUN, storedDescriptor } from './settings-files.ts';

/** Files of `config/core` that nothing but a pipeline configuration has (shotgrid.md §2.2). */
export const CONFIGURATION_FILES: readonly string[] = [
  ...['pipeline_configuration.yml', 'core_api.yml', 'shotgun.yml', 'install_location.yml'],
  ...['interpreter_Linux.cfg', 'interpreter_Darwin.cfg', 'interpreter_Windows.cfg'],
];
/** As Toolkit names the systems in its files. */
const SYSTEM = { linux: 'Linux', macos: 'Darwin', windows: 'Windows' } as const;

/** The configuration whose settings lie in `settings`: `<path>/config/core` of an installed one, `<path>/core` of a source. */
export async function readConfiguration(
  view: View,
  at: { readonly path: string; readonly settings: string },
): Promise<FoundConfiguration> {
  const own = SYSTEM[view.scan.ports.platform];
  const setting = (name: string): string => view.scan.paths.join(at.settings, name);
  const api = await view.facts(setting('core_api.yml'), CORE_API);
  const shotgun = await view.facts(setting('shotgun.yml'), SHOTGUN);
  const pipeline = await view.facts(setting('pipeline_configuration.yml'), PIPELINE_CONFIGURATION);
  const interpreter = await view.facts(setting(`interpreter_${own}.cfg`), PATH_LINE);
  noteBroken(view, { path: setting('core_api.yml'), file: api });
  noteBroken(view, { path: setting('shotgun.yml'), file: shotgun });
  const descriptor = storedDescriptor(valueOf(api));
  const said = valueOf(shotgun) ?? { site: null, keys: [] };
  const roots = valueOf(pipeline) ?? [];
  return {
    path: at.path,
    descriptor,
    ...(await coreOf(view, { path: at.path, descriptor, writer: writerOf(view, api) })),
    ...said,
    interpreter: expanded(writerOf(view, interpreter), valueOf(interpreter)),
    fallbackRoots: roots.flatMap((root) => absolute(writerOf(view, pipeline), root) ?? []),
    shared: [api, shotgun, pipeline, interpreter].find((file) => file.state === 'read')?.shared ?? null,
    view,
  };
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
  const localized = (await view.look(join(core, '_core_upgrader.py'))).state === 'there';
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
