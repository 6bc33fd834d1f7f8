import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProofConfig, ProofOrder, ProofResult } from './testing/proof-agent.ts';
import { pythonWithRequests } from './testing/python-with-requests.ts';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('./testing/proof-agent.ts', import.meta.url));

let directory: string;
let python: string;
beforeEach(async () => {
  // Root's alone up to the top, so that what lies there may be run (security.md, "a local user").
  directory = await mkdtemp('/var/lib/trustfleet-proof-');
  await chmod(directory, 0o755);
  python = await pythonWithRequests(join(directory, 'venv'));
}, 300_000);
afterEach(() => rm(directory, { recursive: true, force: true }));

async function prove(...orders: ProofOrder[]): Promise<ProofResult> {
  const path = join(directory, 'config.json');
  await writeFile(path, JSON.stringify({ directory, python, orders } satisfies ProofConfig));
  const argv = ['-m', '--propagation', 'private', '--', process.execPath];
  const { stdout } = await run(
    '/usr/bin/unshare',
    [...argv, '--conditions=@trustfleet/source', PROGRAM, path],
    {
      ...{ timeout: 400_000, maxBuffer: 64 * 1024 * 1024 },
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/nonexistent' },
    },
  );
  return JSON.parse(stdout) as ProofResult;
}

const LIST = { name: 'test', published: '2026-11-01' };
const ADD: ProofOrder = { remedy: 'trustStore.addAnchor', parameters: { anchor: '@STUDIO@' } };
const DEPLOY: ProofOrder = { remedy: 'bundle.deploy', parameters: { bundle: '@BUNDLE@', list: LIST } };
const SET: ProofOrder = {
  remedy: 'variable.set',
  parameters: { name: 'REQUESTS_CA_BUNDLE', scope: 'machine', value: { kind: 'unionBundle' } },
};
const CHOICES = {
  ...{
    anchors: ['@STUDIO@'],
    bundle: { bundle: '@BUNDLE@', list: LIST },
    packages: [],
    api: null,
    core: null,
  },
  variables: ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'],
};
const REFUSED = /CERTIFICATE_VERIFY_FAILED/;
const has = (more: object): unknown => expect.objectContaining(more);

describe('real Python with real requests, before a server behind a studio’s CA', () => {
  it('addAnchor: ssl verifies by a handshake of its own interpreter, requests is told to be as before; the undo too', async () => {
    const { finals, ssl, requests } = await prove(ADD, { ...ADD, undoesLast: true });

    expect(finals).toMatchObject([{ state: 'verified', undone: false }, { state: 'verified' }]);
    const mended = { python, client: 'ssl', before: 'fails', after: 'verifies' };
    expect(finals[0]!.plan!.verdicts).toContainEqual(has(mended));
    expect(finals[0]!.proof).toContainEqual(has(mended));
    // curl, git and Node are judged as well.
    expect(finals[0]!.plan!.verdicts).toContainEqual(
      has({ python: null, client: 'curl', after: 'verifies' }),
    );
    expect(
      [...finals[0]!.plan!.verdicts!, ...finals[0]!.proof!].some(({ client }) => client === 'requests'),
    ).toBe(false);
    expect(ssl).toEqual([expect.stringMatching(REFUSED), '200', expect.stringMatching(REFUSED)]);
    expect(requests[1]).toMatch(REFUSED);
  }, 400_000);

  it('trust.repair: the smallest set of what the order allows makes the real clients connect, and goes as one', async () => {
    const targets = ['ssl', 'requests'].map((client) => ({
      python: '@PYTHON@',
      client,
      endpoint: '@ENDPOINT@',
    }));
    const order = { remedy: 'trust.repair', parameters: { targets, choices: CHOICES } };
    const { finals, ssl, requests } = await prove(order, { ...order, undoesLast: true });

    expect(finals[0]!.plan!.parts!.map(({ remedy }) => remedy)).toEqual([
      'trustStore.addAnchor',
      'bundle.deploy',
      'variable.set',
    ]);
    expect(finals).toMatchObject([
      { state: 'verified', undone: false, after: { subject: 'several', state: '3 of 3 parts' } },
      { state: 'verified' },
    ]);
    for (const client of ['ssl', 'requests'])
      expect(finals[0]!.proof).toContainEqual(has({ python, client, before: 'fails', after: 'verifies' }));
    expect([ssl[1], requests[1]]).toEqual(['200', '200']);
    expect(ssl[2]).toMatch(REFUSED);
    expect(requests[2]).toMatch(REFUSED);
  }, 400_000);

  it('trust.repair refuses what its list cannot mend, and says what stays broken', async () => {
    const targets = [{ python: '@PYTHON@', client: 'requests', endpoint: '@ENDPOINT@' }];
    const choices = { ...CHOICES, bundle: null, variables: [] };
    const { finals } = await prove({ remedy: 'trust.repair', parameters: { targets, choices } });

    expect(finals).toMatchObject([
      {
        state: 'notApplicable',
        detail: expect.stringMatching(/Still fails with the best choice: requests/) as string,
      },
    ]);
  }, 400_000);

  it('a bundle of which half reached the disk is undone by the handshakes alone', async () => {
    const next = {
      ...DEPLOY,
      parameters: { bundle: '@NEXT_BUNDLE@', list: LIST },
      then: 'loseWrite' as const,
    };
    const { finals, requests } = await prove(DEPLOY, SET, next);

    expect(finals).toMatchObject([
      { state: 'verified' },
      { state: 'verified' },
      { state: 'failed', undone: true },
    ]);
    expect(finals[2]!.proof).toContainEqual(
      has({ python, client: 'requests', before: 'verifies', after: 'fails' }),
    );
    expect(requests.slice(2)).toEqual(['200', '200']);
  }, 600_000);

  it('a server that resets proves nothing: the change is kept', async () => {
    const { finals, ssl } = await prove({ ...ADD, then: 'reset' });

    expect(finals).toMatchObject([
      {
        state: 'appliedNotVerified',
        undone: false,
        detail: expect.stringMatching(/4 tries could not tell/) as string,
      },
    ]);
    expect(ssl[1]).toMatch(/reset|EOF/i);
  }, 600_000);
});
