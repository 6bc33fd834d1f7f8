import type { TrustStorePorts } from '../ports.ts';
import type { FileWayLayout } from './layout.ts';

/** Tool present, directory present, root, and not a read-only image (trust-stores.md §6.7, lessons). Null when it can be changed. */
export async function whyNotChangeable(
  ports: TrustStorePorts,
  layout: FileWayLayout,
): Promise<string | null> {
  const { tool, anchors } = layout;
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

/** security.md, "a local user": what others can change is not run as root. */
function whyToolNotRun(
  tool: string,
  chain: Awaited<ReturnType<TrustStorePorts['inspectPath']>>,
): string | null {
  if (chain.writable !== null)
    return `${chain.writable} can be written by its group or by others, so ${tool} is not run: take those rights away`;
  // 65534: in a user namespace everything that real root owns shows as the overflow uid; a real `nobody` owns no system tool.
  const stranger = chain.owners.find((owner) => owner !== 65534);
  return stranger === undefined
    ? null
    : `${tool} can be changed by uid ${stranger}, so it is not run: give it back to root`;
}
