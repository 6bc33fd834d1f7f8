import { describeBundle, type RootCatalogue } from '@trustfleet/certificates';
import { targetProblem } from '@trustfleet/diagnosis';
import type { CodeFinding } from '@trustfleet/protocol';
import { compare, type Reader, type Scan } from '../scan.ts';
import type { TrustedFile } from '../types.ts';

/** Files of certificates that are opened for one section. */
const MAX_TARGETS = 500;

/** What is wrong with files that code trusts; each is opened once for each reader. */
export interface TrustFiles {
  problemOf(
    target: string,
    by: { readonly path: string; readonly reader: Reader },
  ): Promise<CodeFinding['problem']>;
  /** Every file that was asked about on this machine, with the code that names it. Sorted. */
  files(): readonly TrustedFile[];
}

/** Of another system, or of whatever directory the program is started in: nothing can be said of it here. */
function isLocal(target: string, platform: string): boolean {
  if (platform !== 'windows') return target.startsWith('/');
  // What begins with two of them reaches for another machine, or for a device.
  return /^[a-z]:[\\/]/i.test(target);
}

export function createTrustFiles(scan: Scan, catalogue: RootCatalogue): TrustFiles {
  const known = new Map<string, Promise<CodeFinding['problem']>>();
  const files = new Map<string, TrustedFile>();
  const look = async (target: string, reader: Reader): Promise<CodeFinding['problem']> => {
    const read = await scan.read(target, { reader });
    if (read.state === 'notRegularFile') {
      // A directory of subject-hash names is trust too (python-tls.md §4).
      const listing = await scan.list(target, reader);
      return listing.state === 'listed' ? null : 'notPem';
    }
    return targetProblem(describeBundle(target, read).file, catalogue);
  };
  return {
    files: () => [...files].toSorted(([a], [b]) => compare(a, b)).map(([, file]) => file),
    problemOf(target, { path, reader }) {
      if (!isLocal(target, scan.ports.platform)) return Promise.resolve(null);
      if (files.size < MAX_TARGETS)
        files.set(`${target}\0${path}`, { path: target, code: path, readAs: reader });
      const key = `${reader?.uid ?? ''}\0${target}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      if (known.size >= MAX_TARGETS) return Promise.resolve(null);
      const looked = look(target, reader);
      known.set(key, looked);
      return looked;
    },
  };
}
