import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder with what `npm run package` made of both targets. */
    readonly packages: string;
  }
}

const run = promisify(execFile);
export const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Once for all suites, through the public door. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'trustfleet-packages-'));
  await run(process.execPath, ['--conditions=@trustfleet/source', MAIN, '--out', directory], {
    timeout: 280_000,
  });
  project.provide('packages', directory);
  return () => rm(directory, { recursive: true, force: true });
}
