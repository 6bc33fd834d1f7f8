import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { hostPage, jobDetail, me } from '@trustfleet/api';
import { chainEntries, GENESIS, signAuditHead } from '@trustfleet/audit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from './cli.ts';
import { serverOrigin } from './commands/login.ts';

const HOST = {
  id: '0190b2c4-7d5e-7c2a-9a51-2f4f5f0c1d01',
  name: 'wks-01',
  platform: 'linux',
  os: 'Debian GNU/Linux 12',
  presence: 'online',
  lastSeen: '2026-11-22T10:00:00Z',
  enrolledAt: '2026-11-20T10:00:00Z',
  agentVersion: '0.1.0',
  openFindings: 2,
  openBlockers: 1,
  pythons: 3,
  permits: [],
  interception: false,
  group: { id: '0190b2c4-7d5e-7c2a-9a51-2f4f5f0c1d02', name: 'Workstations' },
  revokedAt: null,
  quarantine: null,
  clockOffsetMs: 12,
};
const ME = {
  id: 'u1',
  name: 'Mina',
  email: 'mina@studio.example',
  role: 'operator',
  groups: 'all',
  permissions: ['hosts.read'],
};

/** A server that answers what the contract says; the whole command on the real server is e2e's `cli.test`. */
type Routes = Record<string, (request: IncomingMessage, response: ServerResponse) => void>;

const answer =
  (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, response: ServerResponse) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

let dir: string;
let url: string;
let routes: Routes;
let seen: IncomingMessage[];
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trustfleet-cli-'));
  seen = [];
  routes = {
    'POST /api/auth/sign-in/email': answer({ user: {} }, 200, {
      'set-cookie': 'trustfleet.session_token=abc; Path=/; HttpOnly',
    }),
    'POST /api/auth/sign-out': answer({ success: true }),
    'GET /api/v1/me': answer(me.parse(ME)),
    'GET /api/v1/hosts': answer(hostPage.parse({ items: [HOST], total: 1, page: 1, pageSize: 50 })),
  };
  server = createServer((request, response) => {
    seen.push(request);
    request.resume().on('end', () => {
      const path = (request.url ?? '').split('?')[0];
      const route = routes[`${request.method} ${path}`];
      if (route) route(request, response);
      else
        answer({ id: 'x1', status: 404, code: 'notFound', message: 'No such thing.' }, 404)(
          request,
          response,
        );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true, force: true });
});

async function run(
  args: readonly string[],
  input = '',
  { isTTY = false, now = () => new Date('2026-11-22T10:00:00Z') } = {},
): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const sink = (take: (text: string) => void) =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        take(chunk.toString('utf8'));
        done();
      },
    });
  const stdin = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.ReadStream;
  (stdin as unknown as PassThrough).end(input);
  const code = await runCli(args, {
    env: { TRUSTFLEET_CONFIG_DIR: join(dir, 'config') },
    stdin,
    stdout: sink((text) => (out += text)),
    stderr: sink((text) => (err += text)),
    now,
  });
  return { code, out, err };
}

/** Revocations that the server got. */
const posted = () =>
  seen.filter(({ method, url: path }) => method === 'POST' && path?.endsWith('/revoke')).length;

const login = () => run(['login', url, '--email', 'mina@studio.example'], 'a long password\n');

describe('login', () => {
  it('keeps the session where only this account can read it, and never the password', async () => {
    expect(await login()).toMatchObject({ code: 0, out: `Signed in to ${url} as Mina (operator).\n` });
    const path = join(dir, 'config', 'session.json');

    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(dir, 'config'))).mode & 0o777).toBe(0o700);
    const stored = await readFile(path, 'utf8');
    expect(JSON.parse(stored)).toMatchObject({ format: 1, url, cookie: 'trustfleet.session_token=abc' });
    expect(stored).not.toContain('a long password');
    expect(seen[0]?.headers.origin).toBe(url);
  });

  it('says what is wrong, by exit code too', async () => {
    routes['POST /api/auth/sign-in/email'] = answer({ code: 'INVALID' }, 401);
    expect(await login()).toMatchObject({ code: 1, err: 'trustfleet: E-mail or password is wrong.\n' });
    expect(await run(['login', url, '--email', 'a@b.example'])).toMatchObject({ code: 2 });
    expect(await run(['hosts', 'list'])).toMatchObject({ code: 3 });
    expect(await run(['hosts', 'listen'])).toMatchObject({ code: 2 });
    expect(await run(['hosts', 'list', '--page', '0'])).toMatchObject({ code: 2 });
    expect(await run(['jobs', 'cancel', 'x'])).toMatchObject({ code: 2 });
    server.closeAllConnections();
    server.close();
    expect(await login()).toMatchObject({
      code: 1,
      err: expect.stringContaining('cannot be reached') as string,
    });
  });

  it('signs out even where the server is gone', async () => {
    await login();
    routes['POST /api/auth/sign-out'] = answer({}, 500);

    expect(await run(['logout'])).toMatchObject({ code: 1 });
    expect(await run(['whoami'])).toMatchObject({ code: 3 });
  });

  it.each([
    ['https://studio.example/x', 'https://studio.example'],
    ['studio.example:4600', 'https://studio.example:4600'],
    ['http://127.0.0.1:4600', 'http://127.0.0.1:4600'],
  ])('reads the address %s', (text, origin) => {
    expect(serverOrigin(text)).toBe(origin);
  });

  it.each(['http://studio.example', 'ftp://127.0.0.1', 'https://', 'http://127.0.0.1.evil.example'])(
    'sends no password to %s',
    (text) => {
      expect(() => serverOrigin(text)).toThrow();
    },
  );
});

describe('hosts', () => {
  it('prints a list, and the same as JSON', async () => {
    await login();
    const list = await run(['hosts', 'list', '--findings', 'open']);

    expect(list.code).toBe(0);
    expect(list.out).toMatch(
      /^wks-01 {2}online {2}2 \(1 blocking\) {2}Debian GNU\/Linux 12 {2}Workstations/m,
    );
    expect(seen.at(-1)?.url).toContain('findings=open');
    expect(seen.at(-1)?.headers.cookie).toBe('trustfleet.session_token=abc');
    const json = await run(['hosts', 'list', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ total: 1 });
  });

  it('lets no name steer the terminal', async () => {
    routes['GET /api/v1/hosts'] = answer({
      items: [{ ...HOST, name: '\u001b]0;owned\u0007\u202ewks\n-evil' }],
      total: 1,
      page: 1,
      pageSize: 50,
    });
    await login();

    expect((await run(['hosts', 'list'])).out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it('asks before it revokes, and takes only one host', async () => {
    await login();
    const revoke = ['hosts', 'revoke', 'wks-01', '--reason', 'stolen'];
    routes[`POST /api/v1/hosts/${HOST.id}/revoke`] = answer({ ...HOST, revokedAt: '2026-11-22T10:00:00Z' });

    expect(await run(revoke)).toMatchObject({ code: 2, err: expect.stringContaining('--yes') as string });
    expect(await run(revoke, 'wks-02\n', { isTTY: true })).toMatchObject({ code: 1 });
    expect(posted()).toBe(0);
    expect(await run(revoke, 'wks-01\n', { isTTY: true })).toMatchObject({ code: 0 });
    expect(await run([...revoke, '--yes'])).toMatchObject({ code: 0 });
    expect(posted()).toBe(2);
    routes['GET /api/v1/hosts'] = answer({
      items: [HOST, { ...HOST, id: HOST.group.id }],
      total: 2,
      page: 1,
      pageSize: 50,
    });
    expect((await run(['hosts', 'show', 'wks-01'])).err).toContain('2 hosts are called');
    expect((await run(['hosts', 'show', 'wks-0'])).err).toContain('There is no host');
    expect(posted()).toBe(2);
  });

  it('repeats the sentence of the server with the id of its log', async () => {
    await login();
    routes['GET /api/v1/hosts'] = answer(
      { id: 'p-77', status: 403, code: 'forbidden', message: 'Your role does not allow this.' },
      403,
    );

    expect((await run(['hosts', 'list'])).err).toBe(
      'trustfleet: Your role does not allow this. (log id p-77)\n',
    );
  });

  it('does not follow a server of another release blindly', async () => {
    await login();
    routes['GET /api/v1/hosts'] = answer({ items: 'none' });

    expect((await run(['hosts', 'list'])).err).toContain('in a shape that this release does not know');
  });
});

describe('jobs wait', () => {
  const JOB = '0190b2c4-7d5e-7c2a-9a51-2f4f5f0c1d03';
  const path = `GET /api/v1/jobs/${JOB}`;
  const at = '2026-11-22T10:00:00Z';
  const inState = (state: string, final = false) =>
    answer(
      jobDetail.parse({
        ...{ id: JOB, orderId: HOST.id, hostId: HOST.id, hostName: 'wks-01', title: 'Studio CA' },
        ...{ remedy: 'trustStore.addAnchor', mode: 'apply', state, final, attempt: 1 },
        ...{ createdAt: at, updatedAt: at, notBefore: at, deliverBy: at, nextAt: null },
        ...{ createdBy: 'Mina', reason: 'test', anchor: null, plan: null, before: null, after: null },
        ...{ undone: null, effective: null, undoes: null, undoneBy: [], cancellable: false },
        ...{ cancelRequestedAt: null, undoable: false, resultSigned: false, events: [] },
      }),
    );
  const lost: Routes[string] = (_request, response) => response.destroy();
  const away = answer({ id: 'x2', status: 503, code: 'unavailable', message: 'Starting.' }, 503);

  beforeEach(login);

  it('goes on after a restart of the server', async () => {
    const answers = [inState('applying'), lost, away, inState('verified', true)];
    routes[path] = (request, response) => answers.shift()?.(request, response);

    const { code, err } = await run(['jobs', 'wait', JOB]);

    expect(err).toMatch(/cannot be reached .* Asking again for 30 s\.\n$/);
    expect(code).toBe(0);
    expect(answers).toEqual([]);
  });

  it('gives up where the server stays away, and at once where it refuses', async () => {
    let seconds = 0;
    const now = () => new Date(Date.parse(at) + 1000 * (seconds += 10));
    routes[path] = lost;
    expect(await run(['jobs', 'wait', JOB], '', { now })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/trustfleet: .*cannot be reached/) as string,
    });
    expect(seconds).toBeLessThan(200);

    routes[path] = answer({ id: 'x1', status: 404, code: 'notFound', message: 'No such thing.' }, 404);
    expect(await run(['jobs', 'wait', JOB])).toMatchObject({
      code: 1,
      err: 'trustfleet: No such thing. (log id x1)\n',
    });
  });
});

describe('audit verify', () => {
  const fleetId = randomUUID();
  const ours = generateKeyPairSync('ed25519').privateKey;

  function exportOf(hosts: readonly string[], signer = ours): string {
    const chain = chainEntries(GENESIS, {
      at: new Date('2026-11-22T10:00:00Z'),
      records: hosts.map((name) => ({
        actor: { kind: 'person', id: 'p1', name: 'Mina' },
        record: { action: 'host.revoke', subject: { kind: 'host', id: name, name }, detail: {} },
      })),
    });
    const { seq, hash } = chain.at(-1) ?? GENESIS;
    const head = signAuditHead({ fleetId, seq, hash, at: '2026-11-22T10:00:00.000Z' }, signer);
    return [...chain, head].map((line) => `${JSON.stringify(line)}\n`).join('');
  }

  async function verifyFile(text: string): Promise<Awaited<ReturnType<typeof run>>> {
    const file = join(dir, 'audit.ndjson');
    await writeFile(file, text);
    return run(['audit', 'verify', file]);
  }

  it('says where a file is broken, without a server', async () => {
    expect(await verifyFile('{"seq":1}\n')).toMatchObject({
      code: 1,
      err: expect.stringContaining('NOT whole at entry 1') as string,
    });
    expect(await run(['audit', 'verify', join(dir, 'missing')])).toMatchObject({
      code: 1,
      err: expect.stringContaining('cannot be read') as string,
    });
  });

  it('takes the key of a fleet from its server alone: a file that came first cannot put another in its place', async () => {
    const forged = exportOf(['other'], generateKeyPairSync('ed25519').privateKey);
    expect(await verifyFile(forged)).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing is kept') as string,
    });

    await login();
    routes['GET /api/v1/audit/export'] = (_request, response) => response.end(exportOf(['a', 'b']));
    expect(await run(['audit', 'verify'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('the head is kept') as string,
    });
    expect(await verifyFile(forged)).toMatchObject({ code: 1 });
    expect(await verifyFile(exportOf(['a', 'b', 'c']))).toMatchObject({
      code: 0,
      out: expect.stringContaining('through entry 2') as string,
    });
    expect(await verifyFile(exportOf(['a', 'b']))).toMatchObject({
      code: 1,
      err: expect.stringContaining('NOT whole at entry 3') as string,
    });
  });
});
