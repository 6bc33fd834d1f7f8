import type { Reader, Scan } from '../../scan.ts';

/** Names of the directories in one; links and hidden ones are left out. */
export async function directoriesIn(
  scan: Scan,
  where: { readonly path: string; readonly reader: Reader },
): Promise<string[]> {
  // Metadata alone; to list as another account takes a child.
  if ((await scan.chain(where.path)).state === 'missing') return [];
  const listing = await scan.list(where.path, where.reader);
  if (listing.state === 'missing') return [];
  if (listing.state !== 'listed') {
    scan.note(where.path, listing.detail);
    return [];
  }
  return listing.entries
    .filter((entry) => entry.kind === 'directory' && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
}
