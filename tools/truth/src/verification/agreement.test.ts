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

/** By Node, which brings each version along. */
const VERSIONS = [
  { name: '1.0.2', openssl: [1, 0, 2], pinned: PINNED['node-8-linux-x64'] },
  { name: '1.1.1', openssl: [1, 1, 1], pinned: PINNED['node-16-linux-x64'] },
  { name: 'of the Node that runs this', openssl: [3, 5, 0], pinned: null },
] as const;

it.each(VERSIONS)(
  `random PKIs are judged as OpenSSL $name judges them, seeds from ${String(SEED)}`,
  async ({ openssl, pinned }) => {
    const path = pinned === null ? process.execPath : (await fetchPinned(pinned)).binary;
    const now = Math.floor(Date.now() / 1000);
    const found = agree({ referee: { kind: 'node', path, openssl }, from: SEED, count: 200, directory, now });

    expect(found.differences).toEqual([]);
    expect(found.asked).toBeGreaterThan(150);
  },
  600_000,
);
