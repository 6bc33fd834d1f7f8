// `npm run test:full -- verification`: verifyChain against everybody who can be asked on this machine. `SEED=…` repeats a run.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchPinned, PINNED } from '@trustfleet/testkit/runtimes';
import { agree, type Referee } from './agreement.ts';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
const CASES: Readonly<Record<Referee['kind'], number>> = { openssl: 3000, python: 2000, node: 5000 };
const PYENV = join(process.env['PYENV_ROOT'] ?? join(process.env['HOME'] ?? '/', '.pyenv'), 'versions');

/** Those that tell a number: 3.7 and later. */
function pythons(): Referee[] {
  const versions = existsSync(PYENV) ? readdirSync(PYENV).toSorted() : [];
  const own = versions.filter((version) => /^3\.(?:[7-9]|\d\d)\./.test(version));
  return ['python3', ...own.map((version) => join(PYENV, version, 'bin/python'))].map((path) => ({
    kind: 'python',
    path,
  }));
}

const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const { binary: node8 } = await fetchPinned(PINNED['node-8-linux-x64'], { onProgress: say });
const { binary: node16 } = await fetchPinned(PINNED['node-16-linux-x64'], { onProgress: say });
const referees: Referee[] = [
  { kind: 'openssl' },
  ...pythons(),
  { kind: 'node', path: node8, openssl: [1, 0, 2] },
  { kind: 'node', path: node16, openssl: [1, 1, 1] },
  { kind: 'node', path: process.execPath, openssl: [3, 5, 0] },
];
const directory = mkdtempSync(join(tmpdir(), 'trustfleet-verification-'));
say(`verification: seeds from ${String(SEED)}`);
let [asked, different] = [0, 0];
try {
  for (const referee of referees) {
    const now = Math.floor(Date.now() / 1000);
    const found = agree({ referee, from: SEED, count: CASES[referee.kind], directory, now });
    for (const line of found.differences) say(line);
    const who = referee.kind === 'openssl' ? 'the openssl program' : referee.path;
    say(
      `${who}: ${String(found.asked)} judged, ${String(found.differences.length)} otherwise, ${String(found.skipped)} not served`,
    );
    asked += found.asked;
    different += found.differences.length;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
say(`verification: ${String(asked - different)} of ${String(asked)} judged as by the real ones`);
process.exitCode = different === 0 && asked > 0 ? 0 : 1;
