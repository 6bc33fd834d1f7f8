import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAdministrator, signIn } from './support/api-session.ts';
import { cleanUpAfterAll } from './support/clean-up.ts';
import { freshDataDir, ROOT, startFleet } from './support/running-fleet.ts';

const clone = mkdtempSync('/tmp/trustfleet-clone-');
const data = freshDataDir();
const cleanUp = cleanUpAfterAll();
cleanUp(() => {
  rmSync(clone, { recursive: true, force: true });
  data.remove();
});

describe('a fresh clone', () => {
  it('shows its first host on the dashboard’s API after one command', { timeout: 900_000 }, async () => {
    const root = path.join(clone, 'trustfleet');
    execFileSync('git', ['clone', '--quiet', '--no-hardlinks', ROOT, root], { stdio: 'pipe' });
    const started = Date.now();

    // A cache of its own: the caller's may hold these very builds.
    const fleet = await startFleet({
      root,
      dataDir: data.dataDir,
      readyMs: 800_000,
      env: { NX_CACHE_DIRECTORY: path.join(clone, 'nx-cache') },
    });
    cleanUp(() => fleet.stop());
    await createAdministrator(fleet.setupUrl ?? '');
    const api = await signIn(fleet.url);
    await expect
      .poll(async () => ((await api.get('/api/v1/hosts?presence=online')) as { total: number }).total, {
        timeout: 60_000,
      })
      .toBeGreaterThan(0);

    console.log(
      `Fresh clone to first host on the dashboard: ${((Date.now() - started) / 1000).toFixed(0)} s (goal: 300 s)`,
    );
  });
});
