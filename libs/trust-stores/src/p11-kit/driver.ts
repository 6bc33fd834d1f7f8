import { fileWayHandle } from '../file-way/handle.ts';
import { isOfFamily } from '../os-family.ts';
import type { StoreDriver } from '../types.ts';
import type { P11Layout } from './layout.ts';
import { readP11Store } from './read-store.ts';

/** The driver of a family whose store is p11-kit's. */
export function p11Driver(family: {
  readonly name: string;
  /** ID or ID_LIKE of os-release(5). */
  readonly ids: readonly string[];
  layout(root: string): P11Layout;
}): StoreDriver {
  return {
    name: family.name,
    async detect(ports, host) {
      const layout = family.layout(host.root);
      const { tool, anchors } = layout;
      if (!(await isOfFamily(ports, host, { ids: family.ids, tool, directory: anchors.path }))) return [];
      return [fileWayHandle(ports, layout, () => readP11Store(ports, host, layout))];
    },
  };
}
