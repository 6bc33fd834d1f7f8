import type { HostFacts } from '@trustfleet/policy';
import type { ToolkitConfiguration, ToolkitCore } from '@trustfleet/protocol';

/** How a configuration's core is changed (shotgrid.md §2.3). */
export type CoreWay =
  /** Its `core_api.yml`. */
  | { readonly kind: 'edit' }
  /** `tank core`, for a core that lies in the configuration or in the studio's root. */
  | { readonly kind: 'tank'; readonly core: ToolkitCore }
  /** It is a copy of what lies elsewhere: whoever owns that changes it there. */
  | { readonly kind: 'propose'; readonly source: string }
  | { readonly kind: 'none'; readonly reason: string };

/** Caches of descriptors that never change (shotgrid.md §2.1), with how a person calls their source. */
const CACHES: Readonly<Record<string, string>> = {
  app_store: 'the app store',
  git: 'git',
  gitbranch: 'git',
  github: 'GitHub',
  sg: 'ShotGrid',
  manual: 'the bundle cache itself',
};

/** Core descriptors whose version names a release of tk-core; of others it is a commit, an upload, or nothing. */
const RELEASED = new Set(['app_store', 'git', 'github_release']);

export const partsOf = (path: string): string[] => path.split(/[/\\]/).filter((part) => part !== '');

export function configurationAt(facts: HostFacts, path: string): ToolkitConfiguration | null {
  return facts.shotgrid?.configurations.find((one) => one.path === path) ?? null;
}

export function coreOf(facts: HostFacts, { corePath }: ToolkitConfiguration): ToolkitCore | null {
  return facts.shotgrid?.cores.find(({ path }) => path === corePath) ?? null;
}

export function wayOf(facts: HostFacts, configuration: ToolkitConfiguration): CoreWay {
  const { kind } = configuration;
  if (kind === 'localized' || kind === 'sharedCore') {
    const core = coreOf(facts, configuration);
    return core === null
      ? { kind: 'none', reason: `The core of ${configuration.path} was not found on this host.` }
      : { kind: 'tank', core };
  }
  if (kind === 'bootstrapped') return { kind: 'propose', source: 'wherever its pipeline configuration says' };
  const source = sourceOf(configuration.path);
  return source === null ? ofDescriptor(configuration) : { kind: 'propose', source };
}

/** Where an immutable copy in a bundle cache comes from; null for what lies anywhere else. */
function sourceOf(path: string): string | null {
  const parts = partsOf(path);
  const cache = parts.lastIndexOf('bundle_cache');
  const folder = cache < 0 ? undefined : parts[cache + 1];
  return folder !== undefined && Object.hasOwn(CACHES, folder) ? (CACHES[folder] ?? null) : null;
}

function ofDescriptor({ core, path }: ToolkitConfiguration): CoreWay {
  if (core === null)
    return { kind: 'none', reason: `${path} states no core that can be understood in its core_api.yml.` };
  if (core.type === 'path' || core.type === 'dev')
    return {
      kind: 'none',
      reason: `The core of ${path} is used in place (${core.type}): whoever keeps that folder brings it to another version.`,
    };
  if (!RELEASED.has(core.type))
    return {
      kind: 'none',
      reason: `The core of ${path} comes by a descriptor of type ${core.type}, whose version names no release of tk-core.`,
    };
  if (!/(^|[/])tk-core(\.git)?$/.test(core.name ?? ''))
    return {
      kind: 'none',
      reason: `The core of ${path} is ${core.name ?? 'without a name'}, and not tk-core: its versions are its own.`,
    };
  return { kind: 'edit' };
}
