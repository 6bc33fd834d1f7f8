import type { View } from './access/view.ts';
import type { FoundApi } from './apis/found-api.ts';
import type { FoundConfiguration } from './configurations/found-configuration.ts';
import type { FoundCore } from './cores/found-core.ts';

/** All that a discovery has met, once each, however often it was met. */
export interface Findings {
  readonly apis: ReadonlyMap<string, FoundApi>;
  readonly cores: ReadonlyMap<string, FoundCore>;
  readonly configurations: ReadonlyMap<string, FoundConfiguration>;
  /** In the order in which they are searched. */
  readonly bundleCaches: ReadonlyMap<string, View>;
  /** Roots of built plugins, each with a bundle cache of its own. */
  readonly plugins: ReadonlySet<string>;
  /** Directories in which something new may appear. */
  readonly watched: ReadonlySet<string>;
  addApi(api: FoundApi): void;
  /** With the copies that it vendors. */
  addCore(core: FoundCore): void;
  addConfiguration(configuration: FoundConfiguration): void;
  addBundleCache(path: string, view: View): void;
  addPlugin(root: string): void;
  watch(directory: string): void;
}

export function createFindings(): Findings {
  const apis = new Map<string, FoundApi>();
  const cores = new Map<string, FoundCore>();
  const configurations = new Map<string, FoundConfiguration>();
  const bundleCaches = new Map<string, View>();
  const plugins = new Set<string>();
  const watched = new Set<string>();
  const addApi = (api: FoundApi): void => {
    const known = apis.get(api.path);
    // Whoever came through the core knows more than who came upon the directory.
    if (known === undefined || (known.core === null && api.core !== null)) apis.set(api.path, api);
  };
  return {
    ...{ apis, cores, configurations, bundleCaches, plugins, watched, addApi },
    addCore(core) {
      if (cores.has(core.path)) return;
      cores.set(core.path, core);
      core.apis.forEach(addApi);
    },
    addConfiguration(configuration) {
      if (!configurations.has(configuration.path)) configurations.set(configuration.path, configuration);
    },
    addBundleCache(path, view) {
      if (!bundleCaches.has(path)) bundleCaches.set(path, view);
    },
    addPlugin: (root) => void plugins.add(root),
    watch: (directory) => void watched.add(directory),
  };
}
