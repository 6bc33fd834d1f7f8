import type { View } from './access/view.ts';
import type { FoundApi } from './apis/found-api.ts';
import type { FoundConfiguration } from './configurations/found-configuration.ts';
import type { FoundCore } from './cores/found-core.ts';

/** All that a discovery has met, once each, however often it was met. */
export interface Findings {
  readonly apis: ReadonlyMap<string, FoundApi>;
  readonly cores: ReadonlyMap<string, FoundCore>;
  readonly configurations: ReadonlyMap<string, FoundConfiguration>;
  /** Those that Toolkit is told of, in the order in which it searches them. */
  readonly bundleCaches: ReadonlyMap<string, View>;
  /** Those that were only met. */
  readonly otherBundleCaches: ReadonlyMap<string, View>;
  /** Roots of built plugins, each with a bundle cache of its own. */
  readonly plugins: ReadonlySet<string>;
  /** Directories in which something new may appear. */
  readonly watched: ReadonlySet<string>;
  addApi(api: FoundApi): void;
  /** With the copies that it vendors. */
  addCore(core: FoundCore): void;
  addConfiguration(configuration: FoundConfiguration): void;
  addBundleCache(path: string, of: { readonly view: View; readonly met: boolean }): void;
  addPlugin(root: string): void;
  watch(directory: string): void;
}

export function createFindings(): Findings {
  const apis = new Map<string, FoundApi>();
  const cores = new Map<string, FoundCore>();
  const configurations = new Map<string, FoundConfiguration>();
  const bundleCaches = new Map<string, View>();
  const otherBundleCaches = new Map<string, View>();
  const plugins = new Set<string>();
  const watched = new Set<string>();
  const addApi = (api: FoundApi): void => {
    const known = apis.get(api.path);
    if (known === undefined || knows(api) > knows(known)) apis.set(api.path, api);
  };
  return {
    ...{ apis, cores, configurations, bundleCaches, otherBundleCaches, plugins, watched, addApi },
    addCore(core) {
      if (cores.has(core.path)) return;
      cores.set(core.path, core);
      core.apis.forEach(addApi);
    },
    addConfiguration(configuration) {
      if (!configurations.has(configuration.path)) configurations.set(configuration.path, configuration);
    },
    addBundleCache(path, { view, met }) {
      const caches = met ? otherBundleCaches : bundleCaches;
      if (!caches.has(path)) caches.set(path, view);
    },
    addPlugin: (root) => void plugins.add(root),
    watch: (directory) => void watched.add(directory),
  };
}

/** Whoever came through the core, or saw the metadata beside it, knows more than who came upon the directory. */
function knows(api: FoundApi): number {
  return (api.core === null ? 0 : 2) + (api.metadataVersion === null ? 0 : 1);
}
