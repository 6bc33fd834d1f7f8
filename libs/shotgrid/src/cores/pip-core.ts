import type { ShotgridEntry } from '../ports.ts';
import type { View } from '../access/view.ts';
import { readPackage } from '../apis/read-copy.ts';
import { metadataFile, versionFromMetadata } from '../apis/site-copies.ts';
import type { FoundCore } from './found-core.ts';

/** Toolkit as a distribution `sgtk`: `tank` and `tank_vendor` in site-packages (shotgrid.md §2.1). Null where it is not installed. */
export async function pipCore(
  view: View,
  at: { readonly directory: string; readonly entries: readonly ShotgridEntry[] },
): Promise<FoundCore | null> {
  const { join } = view.scan.paths;
  const path = metadataFile(view, { ...at, distribution: 'sgtk' });
  if (path === null) return null;
  const stated = await versionFromMetadata(view, { ...at, distribution: 'sgtk' });
  const found = await view.look(path);
  // Toolkit 0.21 brings a copy of its own, later ones depend on the distribution shotgun_api3.
  const api = await readPackage(view, {
    directory: join(at.directory, 'tank_vendor', 'shotgun_api3'),
    ...{ form: 'vendored', metadataVersion: null, core: path },
  });
  return {
    ...{ path, location: join(at.directory, 'tank'), kind: 'pip', view },
    // What pip drops of a tag (`v0.21.7`) Toolkit puts back.
    version: stated === null || stated === undefined ? null : stated.replace(/^(?=\d)/, 'v'),
    apis: api === null ? [] : [api],
    shared: found.state === 'there' ? found.shared : null,
  };
}
