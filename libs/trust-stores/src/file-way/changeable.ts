import type { TrustStorePorts } from '../ports.ts';
import { whyToolNotRun } from '../tool-trust.ts';
import type { FileWayLayout } from './layout.ts';

/** Tool present, directory present, root, and not a read-only image (trust-stores.md §6.7, lessons). Null when it can be changed. */
export async function whyNotChangeable(
  ports: TrustStorePorts,
  layout: FileWayLayout,
): Promise<string | null> {
  const { tool, anchors } = layout;
  if (layout.refusal !== undefined) return layout.refusal;
  if (!(await ports.isExecutable(tool))) return `${tool} is not there: install the package ${layout.package}`;
  const listing = await ports.listDirectory(anchors.path, { limit: 1 });
  if (listing.state !== 'listed')
    return `${anchors.path} is not a directory that can be read: make it, owned by root`;
  const distrust = whyToolNotRun(tool, await ports.inspectPath(tool));
  if (distrust !== null) return distrust;
  if (ports.uid !== 0) return 'The agent does not run as root, and only root can change this store';
  for (const directory of [anchors.path, ...layout.outputs])
    if (!(await ports.isWritable(directory)))
      return `${directory} cannot be written, even by root: it is missing or lies on a read-only file system, so change the image that it comes from`;
  return null;
}
