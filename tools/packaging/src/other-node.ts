import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CliError } from '@trustfleet/terminal';
import type { PinnedPackage } from '@trustfleet/testkit/runtimes';

const LIMIT_MS = 60_000;

/** The package for a version: the pinned one, or for another what the registry says of it now. */
export async function nodeOf(pinned: PinnedPackage, version: string): Promise<PinnedPackage> {
  if (version === pinned.version) return pinned;
  const wanted = `${pinned.name}@${version}`;
  let said: string;
  try {
    const args = ['view', wanted, 'dist.integrity', '--json'];
    said = (await promisify(execFile)('npm', args, { timeout: LIMIT_MS })).stdout;
  } catch (error) {
    throw new CliError(`npm knows no ${wanted}: choose another version of Node with --node.`, 1, {
      cause: error,
    });
  }
  const integrity: unknown = said.trim() === '' ? null : JSON.parse(said);
  if (typeof integrity !== 'string')
    throw new CliError(`npm states no hash for ${wanted}: choose another version.`);
  return { ...pinned, version, integrity };
}
