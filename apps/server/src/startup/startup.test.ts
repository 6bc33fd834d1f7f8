import { createServer as createHttpServer } from 'node:http';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTlsLab, type PostgresLab } from '@trustfleet/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signedIn, startLab, startTestServer } from '../testing/test-server.ts';
import { StartupError } from './startup-error.ts';

let lab: PostgresLab;
let directory: string;

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustfleet-startup-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Someone else's program on a port. */
async function occupied(): Promise<{ port: number; free: () => void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { port: (server.address() as AddressInfo).port, free: () => void server.close() };
}

describe('one clear sentence', () => {
  async function refusal(env: NodeJS.ProcessEnv, dataDir = join(directory, 'data')): Promise<string> {
    const start = startTestServer({
      databaseUrl: env['DATABASE_URL'] ?? (await lab.freshDatabase()),
      dataDir,
      env,
    });
    const error: unknown = await start.then(
      async (server) => {
        await server.stop();
        return null;
      },
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StartupError);
    return (error as StartupError).message;
  }

  it.each(['TRUSTFLEET_PORT', 'TRUSTFLEET_AGENT_PORT'])('for %s in use', async (variable) => {
    const { port, free } = await occupied();

    expect(await refusal({ [variable]: String(port) })).toBe(
      `Port ${port} is in use by another program (perhaps a Trustfleet that still runs): end it, or choose another port with ${variable}.`,
    );
    free();
  });

  it('for a data directory that cannot be written', async () => {
    await writeFile(join(directory, 'file'), '');

    expect(await refusal({}, join(directory, 'file/data'))).toMatch(
      /^The data directory .*file\/data cannot be used: a part of the path is a file\. Choose another with TRUSTFLEET_DATA_DIR/,
    );
  });

  it.skipIf(process.platform !== 'linux')('for a place where nothing can be made', async () => {
    expect(await refusal({}, '/proc/trustfleet')).toMatch(
      /^The data directory \/proc\/trustfleet cannot be used: nothing can be made there/,
    );
  });

  it('for a data directory that another server uses, which goes on', async () => {
    const dataDir = join(directory, 'data');
    const first = await startTestServer({ databaseUrl: await lab.freshDatabase(), dataDir });

    expect(await refusal({}, dataDir)).toBe(
      `Another Trustfleet server uses ${dataDir}. Stop it, or set TRUSTFLEET_DATA_DIR to a directory of its own.`,
    );

    expect(JSON.parse(await readFile(join(dataDir, 'run/ready.json'), 'utf8'))).toEqual(first.ready);
    await first.stop();
  });

  it('for a database that is down, without its password', async () => {
    const { port, free } = await occupied();
    free();

    const sentence = await refusal({
      DATABASE_URL: `postgresql://trustfleet:hunter2@127.0.0.1:${port}/trustfleet`,
    });

    expect(sentence).toMatch(/database/i);
    expect(sentence).not.toContain('hunter2');
  });

  it('for a certificate that does not fit its key', async () => {
    const tls = createTlsLab();
    const [one, other] = [await tls.authority('one'), await tls.authority('other')];
    await writeFile(join(directory, 'cert.pem'), one.pem);
    await writeFile(join(directory, 'key.pem'), other.privateKeyPem);
    const env = {
      TRUSTFLEET_TLS_CERT: join(directory, 'cert.pem'),
      TRUSTFLEET_TLS_KEY: join(directory, 'key.pem'),
      TRUSTFLEET_HOST: '127.0.0.1',
    };

    expect(await refusal(env)).toMatch(/does not fit the key/);
    expect(await refusal({ ...env, TRUSTFLEET_TLS_CERT: join(directory, 'none.pem') })).toMatch(
      /cannot be read/,
    );
    await tls.close();
  });
});

describe('a started server', () => {
  it('tells the launcher, in a file of its own account, and takes it away at the end', async () => {
    const server = await startTestServer({
      databaseUrl: await lab.freshDatabase(),
      dataDir: join(directory, 'data'),
      localTokens: 2,
    });
    const path = join(directory, 'data/run/ready.json');

    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(server.ready);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(server.ready).toMatchObject({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
      pid: process.pid,
    });
    expect(server.ready.enrolmentTokens).toHaveLength(2);

    await server.stop();
    await expect(stat(path)).rejects.toThrow(/ENOENT/);
  });

  it('is alive and ready, and not ready without its database', async () => {
    const own = await startLab();
    const server = await startTestServer({
      databaseUrl: await own.freshDatabase(),
      dataDir: join(directory, 'data'),
    });
    const page = await signedIn(server);
    const status = async (path: string) => (await fetch(server.ready.url + path)).status;
    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 200]);

    await own.stop();

    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503]);
    expect(await page.get('/api/v1/hosts')).toMatchObject({ status: 503, body: { code: 'databaseDown' } });
    await server.stop();
  });

  it('frees its ports when it stops, whatever a browser still holds open', async () => {
    const server = await startTestServer({
      databaseUrl: await lab.freshDatabase(),
      dataDir: join(directory, 'data'),
    });
    const port = Number(new URL(server.ready.url).port);
    const held = fetch(`${server.ready.url}/healthz`, { headers: { connection: 'keep-alive' } });
    await held;

    await server.stop();

    const again = createHttpServer().listen(port, '127.0.0.1');
    await new Promise((resolve, reject) => again.once('listening', resolve).once('error', reject));
    again.close();
  });
});
