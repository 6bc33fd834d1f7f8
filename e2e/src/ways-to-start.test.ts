import { existsSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import path from 'node:path';
import { startEmbeddedPostgres } from '@trustfleet/database';
import { createTlsLab, startPostgresLab } from '@trustfleet/testkit';
import { describe, expect, it } from 'vitest';
import { ADMINISTRATOR, createAdministrator, signIn, type ApiSession } from './support/api-session.ts';
import { cleanUpAfterAll } from './support/clean-up.ts';
import { freshDataDir, startFleet } from './support/running-fleet.ts';

const cleanUp = cleanUpAfterAll();

interface Host {
  readonly id: string;
  readonly name: string;
}

function ownDataDir(): string {
  const data = freshDataDir();
  cleanUp(() => {
    data.remove();
  });
  return data.dataDir;
}

async function onlineHosts(api: ApiSession): Promise<readonly Host[]> {
  return ((await api.get('/api/v1/hosts?presence=online')) as { items: Host[] }).items;
}

describe('npm start as an ordinary user', () => {
  it('walks the whole loop on a sandbox host of its own, and the machine’s store stays as it was', async () => {
    const dataDir = ownDataDir();
    const store = statSync('/etc/ssl/certs/ca-certificates.crt').mtimeMs;
    const fleet = await startFleet({ dataDir, asNobody: true });
    cleanUp(() => fleet.stop());
    await createAdministrator(fleet.setupUrl ?? '');
    const api = await signIn(fleet.url);
    await expect.poll(async () => (await onlineHosts(api)).length, { timeout: 60_000 }).toBe(2);
    const sandbox = (await onlineHosts(api)).find((host) => host.name.endsWith('-sandbox'));

    const { status, body } = await api.post('/api/v1/orders', {
      remedy: 'trustStore.addAnchor',
      mode: 'apply',
      anchorPem: (await createTlsLab().authority('Ordinary user')).pem,
      hostIds: [sandbox?.id],
      reason: 'e2e',
    });

    expect(status).toBe(201);
    const [job] = (body as { jobs: { id: string }[] }).jobs;
    const state = async (): Promise<string> =>
      ((await api.get(`/api/v1/jobs/${job?.id ?? ''}`)) as { state: string }).state;
    await expect.poll(state, { timeout: 60_000 }).toBe('verified');
    expect(statSync(path.join(dataDir, 'keys')).uid).toBe(65534);
    expect(statSync('/etc/ssl/certs/ca-certificates.crt').mtimeMs).toBe(store);
  });
});

describe('npm start with a certificate', () => {
  interface Answer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  }

  /** One request that verifies the server against `ca` alone. */
  function ask(url: string, { ca, body }: { readonly ca: string; readonly body?: unknown }): Promise<Answer> {
    const { origin } = new URL(url);
    const headers = { origin, 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const call = request(url, { ca, method: body === undefined ? 'GET' : 'POST', headers }, (answer) => {
        answer.resume().on('end', () => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
        });
      });
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  it('serves browsers by https alone, with cookies that go nowhere else', async () => {
    const dataDir = ownDataDir();
    const lab = createTlsLab();
    const authority = await lab.authority('Browser side');
    const leaf = await lab.leaf(authority);
    const file = (name: string): string => path.join(path.dirname(dataDir), name);
    writeFileSync(file('tls.pem'), leaf.pem);
    writeFileSync(file('tls.key'), leaf.privateKeyPem, { mode: 0o600 });

    const fleet = await startFleet({
      dataDir,
      env: { TRUSTFLEET_TLS_CERT: file('tls.pem'), TRUSTFLEET_TLS_KEY: file('tls.key') },
    });
    cleanUp(() => fleet.stop());
    const origin = `https://127.0.0.1:${fleet.ports.web}`;
    const ca = authority.pem;
    const token = new URL(fleet.setupUrl ?? '').searchParams.get('token');

    expect(fleet.url).toBe(origin);
    expect(await ask(`${origin}/healthz`, { ca })).toMatchObject({ status: 200 });
    expect(await ask(`${origin}/sign-in`, { ca })).toMatchObject({
      status: 200,
      headers: { 'strict-transport-security': expect.stringContaining('max-age') as string },
    });
    expect(await ask(`${origin}/api/v1/setup`, { ca, body: { token, ...ADMINISTRATOR } })).toMatchObject({
      status: 201,
    });
    const { email, password } = ADMINISTRATOR;
    const signedIn = await ask(`${origin}/api/auth/sign-in/email`, { ca, body: { email, password } });
    expect(signedIn.status).toBe(200);
    const cookies = signedIn.headers['set-cookie'] ?? [];
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) expect(cookie).toMatch(/;\s*Secure/i);
    await expect(fetch(`http://127.0.0.1:${fleet.ports.web}/healthz`)).rejects.toThrow();
  });
});

describe('npm start with DATABASE_URL', () => {
  it('keeps everything there, also over a restart, and starts no database of its own', async () => {
    const lab = await startPostgresLab({ start: startEmbeddedPostgres, migrate: () => Promise.resolve() });
    cleanUp(() => lab.stop());
    const url = await lab.emptyDatabase();
    const dataDir = ownDataDir();
    const env = { DATABASE_URL: url };
    const first = await startFleet({ dataDir, env });
    cleanUp(() => first.stop());
    await createAdministrator(first.setupUrl ?? '');
    const api = await signIn(first.url);
    await expect.poll(async () => (await onlineHosts(api)).length, { timeout: 60_000 }).toBe(2);
    await first.stop();

    const second = await startFleet({ dataDir, env, ports: first.ports });
    cleanUp(() => second.stop());

    expect(second.setupUrl).toBeNull();
    const again = await signIn(second.url);
    await expect.poll(async () => (await onlineHosts(again)).length, { timeout: 60_000 }).toBe(2);
    expect(existsSync(path.join(dataDir, 'pg'))).toBe(false);
    expect(second.lines.join('\n')).not.toContain(new URL(url).password);
  });
});
