import { clip } from '@trustfleet/protocol';
import type { DescribedBundle } from '@trustfleet/certificates';
import { readBundle } from './bundle-file.ts';
import type { TrustStorePorts } from './ports.ts';

/**
 * Whether the other names of the bundle lead to it. One that is missing is no problem: Fedora 43 and 44 dropped some (trust-stores.md
 * §6.1). One that is a file of its own is: programs that load it see nothing of what the tool does.
 */
export async function strayCopies(
  ports: TrustStorePorts,
  paths: readonly string[],
  bundle: DescribedBundle['file'],
): Promise<string[]> {
  const problems: string[] = [];
  for (const path of paths) {
    const { file } = await readBundle(ports, path);
    if (file.state === 'missing' || file.realPath === bundle.realPath) continue;
    if (file.anchors.join() === bundle.anchors.join()) continue;
    const count = new Set([...file.anchors, ...bundle.anchors]).size;
    const shared = file.anchors.length + bundle.anchors.length - count;
    problems.push(
      clip(
        `${path} is not the system's link to ${bundle.path}: it lacks ${bundle.anchors.length - shared} of its anchors and has ${file.anchors.length - shared} others, which programs that load it trust; make it a link again`,
        512,
      ),
    );
  }
  return problems;
}
