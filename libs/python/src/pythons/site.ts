import type { Reader, Scan } from '../scan.ts';

export const MAX_SITES = 60;
export const MAX_FILE_BYTES = 1024 * 1024;

export interface SiteReader {
  readonly scan: Scan;
  /** Whose rights suffice for a directory of this Python. */
  readonly readerFor: (directory: string) => Promise<Reader>;
}

export interface Site {
  readonly directory: string;
  readonly reader: Reader;
  readonly names: ReadonlySet<string>;
}

export async function openSite(on: SiteReader, directory: string): Promise<Site | null> {
  const reader = await on.readerFor(directory);
  const listing = await on.scan.list(directory, reader);
  if (listing.state !== 'listed') return null;
  return { directory, reader, names: new Set(listing.entries.map((entry) => entry.name)) };
}
