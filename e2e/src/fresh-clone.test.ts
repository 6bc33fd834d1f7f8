import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createAdministrator, signIn } from './support/api-session.ts';
import { freshDataDir, ROOT, startFleet, type RunningFleet } from './support/running-fleet.ts';

const clone = mkdtempSync('/tmp/trustfleet-clone-');
const data = freshDataDir();
let fleet: RunningFleet | undefined;

afterAll(async () => {
  await fleet?.stop();
  rmSync(clone, { recursive: true, force: true });
  data.remove();
});

describe('a fresh clone', () => {
  it('shows its first host on the dashboard’s API after one command', { timeout: 900_000 }, async () => {
    const root = path.join(clone, 'trustfleet');
    execFileSync('git', ['clone', '--quiet', '--no-hardlinks', ROOT, root], { stdio: 'pipe' });
    const started = Date.now();

    fleet = await startFleet({ root, dataDir: data.dataDir, readyMs: 800_000 });
    await createAdministrator(fleet.setupUrl ?? '');
    const api = await signIn(fleet.url);
    await expect
      .poll(async () => ((await api.get('/api/v1/hosts?presence=online')) as { total: number }).total, { timeout: 60_000 })
      .toBeGreaterThan(0);

    console.log(`Fresh clone to first host on the dashboard: ${((Date.now() - started) / 1000).toFixed(0)} s (goal: 300 s)`);
  });
});
