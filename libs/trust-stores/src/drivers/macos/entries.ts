import type { PresentEntry } from '../../entry-store.ts';
import type { MacosStore } from './changeable.ts';
import { recordPath } from './layout.ts';
import { readAnchors } from './read.ts';

/** What of the view an administrator can change: all but the maker's roots. Throws where it cannot be read whole. */
export async function systemEntries({
  ports,
  layout,
}: MacosStore): Promise<ReadonlyMap<string, PresentEntry>> {
  const { anchors, problems } = await readAnchors(ports, layout);
  const [problem] = problems;
  if (anchors === null || problem !== undefined) throw new Error(problem);
  const entries = new Map<string, PresentEntry>();
  for (const { entry, der } of anchors) {
    if (entry.origin === 'vendor') continue;
    const record = recordPath(layout, entry.anchor);
    const [ours] = await ports.identify([record]);
    entries.set(entry.anchor, {
      kind: 'present',
      der: Buffer.from(der).toString('base64'),
      trust: entry.trust,
      attributes: ours?.kind === 'file' ? { record } : {},
    });
  }
  return entries;
}
