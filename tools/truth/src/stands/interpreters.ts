import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Interpreter {
  readonly path: string;
  /** e.g. `3.11.7`. */
  readonly version: string;
  /** e.g. `3.11`. */
  readonly feature: string;
}

/** Lines in which the laboratory has a Python, old to new. */
export const FEATURES = ['2.7', '3.6', '3.7', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13', '3.14'] as const;

/** One interpreter for each feature version that this machine has: pyenv's, else the system's. */
export async function findInterpreters(): Promise<readonly Interpreter[]> {
  const root = process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv');
  const versions = existsSync(join(root, 'versions')) ? await readdir(join(root, 'versions')) : [];
  const candidates = [
    ...versions.map((version) => join(root, 'versions', version, 'bin', 'python')),
    ...FEATURES.map((feature) => `/usr/bin/python${feature}`),
    '/usr/bin/python3',
  ].filter((path) => existsSync(path));
  const found = new Map<string, Interpreter>();
  for (const path of candidates) {
    const version = await versionOf(path);
    const feature = version?.split('.').slice(0, 2).join('.');
    if (version === null || feature === undefined || found.has(feature)) continue;
    found.set(feature, { path, version, feature });
  }
  return FEATURES.flatMap((feature) => found.get(feature) ?? []);
}

/** Null for what is no Python that runs here. */
async function versionOf(path: string): Promise<string | null> {
  const script = 'import ssl, sys; sys.stdout.write("%d.%d.%d" % sys.version_info[:3])';
  try {
    const { stdout } = await run(path, ['-c', script], { timeout: 20_000 });
    return /^\d+\.\d+\.\d+$/.test(stdout) ? stdout : null;
  } catch {
    // A broken interpreter, or one without ssl, is none for the lab.
    return null;
  }
}
