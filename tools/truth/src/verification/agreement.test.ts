import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchPinned, PINNED } from '@trustfleet/testkit/runtimes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { agree } from './agreement.ts';

const SEED = Math.floor(Math.random() * 1e9);
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'trustfleet-verification-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

it(`random PKIs are judged as OpenSSL 1.0.2 judges them, seeds from ${String(SEED)}`, async () => {
  const { binary } = await fetchPinned(PINNED['node-8-linux-x64']);
  const now = Math.floor(Date.now() / 1000);
  const found = agree({ referee: { kind: 'node8', path: binary }, from: SEED, count: 300, directory, now });

  expect(found.differences).toEqual([]);
  expect(found.asked).toBeGreaterThan(200);
}, 600_000);
