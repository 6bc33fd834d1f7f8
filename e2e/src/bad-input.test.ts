import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { createTlsLab } from '@trustfleet/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAdministrator, signIn, type ApiSession } from './support/api-session.ts';
import { launchBrowser } from './support/browser.ts';
import { cleanUpAfterAll } from './support/clean-up.ts';
import { freePort, freshDataDir, ROOT, startFleet, type RunningFleet } from './support/running-fleet.ts';
import { signInAsPerson } from './support/walk.ts';

const AGENT = path.join(ROOT, 'apps/agent/dist/trustfleet-agent.mjs');
const run = promisify(execFile);
const cleanUp = cleanUpAfterAll();
const data = freshDataDir();
cleanUp(() => {
  data.remove();
});
const lab = createTlsLab();
let fleet: RunningFleet;
let api: ApiSession;

interface Ended {
  readonly code: number;
  readonly output: string;
}

async function end(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  try {
    const { stdout, stderr } = await run(program, args, {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      timeout: 60_000,
    });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const failure = error as { code?: number; stdout?: string; stderr?: string };
    return { code: failure.code ?? -1, output: `${failure.stdout ?? ''}${failure.stderr ?? ''}` };
  }
}

const start = (env: NodeJS.ProcessEnv): Promise<Ended> =>
  end(process.execPath, [path.join(ROOT, 'tools/bootstrap/start.mjs')], {
    TRUSTFLEET_SKIP_BUILD: '1',
    ...env,
  });

beforeAll(async () => {
  fleet = await startFleet({ dataDir: data.dataDir });
  cleanUp(() => fleet.stop());
  await createAdministrator(fleet.setupUrl ?? '');
  api = await signIn(fleet.url);
});
describe('a certificate that cannot become an anchor', () => {
  const inspect = async (pem: string): Promise<string[]> => {
    const { status, body } = await api.post('/api/v1/certificates/inspect', { pem });
    expect(status).toBe(200);
    return (body as { refusals: { code: string }[] }).refusals.map((refusal) => refusal.code);
  };

  it.each([
    ['text', 'hello', 'notPem'],
    ['a broken block', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'malformed'],
  ])('%s', async (_name, pem, code) => {
    await expect(inspect(pem)).resolves.toContain(code);
  });

  it('two certificates in one file, or a leaf', async () => {
    const authority = await lab.authority('One of two');
    const leaf = await lab.leaf(authority);

    await expect(inspect(authority.pem + leaf.pem)).resolves.toContain('moreThanOne');
    await expect(inspect(leaf.pem)).resolves.toContain('notAuthority');
  });

  it('a paste of 10 MB is refused with a reason, on the page too', async () => {
    const { status, body } = await api.post('/api/v1/certificates/inspect', {
      pem: 'A'.repeat(10 * 1024 * 1024),
    });
    expect([400, 413]).toContain(status);
    expect(body).toMatchObject({ id: expect.any(String) as string, message: expect.any(String) as string });

    const browser = await launchBrowser();
    const page = await browser.newPage({ locale: 'en-GB' });
    await signInAsPerson(page, fleet.url);
    await page.goto(`${fleet.url}/orders/new`);
    await page
      .getByRole('textbox', { name: 'Certificate in PEM' })
      .evaluate((area: { value: string }) => (area.value = ''));
    await page
      .getByRole('textbox', { name: 'Certificate in PEM' })
      .fill('A'.repeat(10 * 1024 * 1024), { timeout: 60_000 });
    await page.getByRole('button', { name: 'Check certificate' }).click();
    await expect
      .poll(
        () =>
          page
            .getByText(/larger than 256 KiB/)
            .first()
            .isVisible(),
        { timeout: 30_000 },
      )
      .toBe(true);
    await browser.close();
  });

  it('is not ordered either', async () => {
    const leaf = await lab.leaf(await lab.authority('Not for orders'));
    const { items } = (await api.get('/api/v1/hosts')) as { items: { id: string }[] };

    const answer = await api.post('/api/v1/orders', {
      remedy: 'trustStore.addAnchor',
      mode: 'apply',
      anchorPem: leaf.pem,
      hostIds: [items[0]?.id],
      reason: 'e2e',
    });

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });
});

describe('an enrolment token', () => {
  it('that was used, or is no token, ends in one sentence', async () => {
    const { body } = await api.post('/api/v1/enrolment-tokens', {});
    const { token } = body as { token: string };
    const enrol = (name: string, value: string): Promise<Ended> =>
      end(process.execPath, [
        AGENT,
        'enroll',
        '--token',
        value,
        '--state-dir',
        path.join(path.dirname(data.dataDir), name),
      ]);

    const first = await enrol('first', token);
    const second = await enrol('second', token);
    const garbage = await enrol('third', 'tf1.zzzz');

    expect(first, first.output).toMatchObject({ code: 0 });
    expect(second.code).not.toBe(0);
    expect(second.output).toMatch(/token.*used|used.*token/i);
    expect(second.output).not.toMatch(/\n\s+at /);
    expect(garbage.code).not.toBe(0);
    expect(garbage.output).not.toMatch(/\n\s+at /);
  });
});

describe('npm start that cannot', () => {
  it('says that the port is in use', async () => {
    const other = freshDataDir();
    const ended = await start({
      TRUSTFLEET_DATA_DIR: other.dataDir,
      TRUSTFLEET_PORT: String(fleet.ports.web),
      TRUSTFLEET_AGENT_PORT: String(await freePort()),
    });
    other.remove();

    expect(ended.code).toBe(1);
    expect(ended.output).toMatch(new RegExp(`${fleet.ports.web}.*in use`));
  });

  it('says that the database is down, without its password', async () => {
    const other = freshDataDir();
    const ended = await start({
      TRUSTFLEET_DATA_DIR: other.dataDir,
      TRUSTFLEET_PORT: String(await freePort()),
      TRUSTFLEET_AGENT_PORT: String(await freePort()),
      DATABASE_URL: `postgresql://trustfleet:hunter2@127.0.0.1:${await freePort()}/trustfleet`,
    });
    other.remove();

    expect(ended.code).toBe(1);
    expect(ended.output).toMatch(/DATABASE_URL/);
    expect(ended.output).not.toContain('hunter2');
  });

  it('says that the data directory is in use by another', async () => {
    const ended = await start({
      TRUSTFLEET_DATA_DIR: data.dataDir,
      TRUSTFLEET_PORT: String(await freePort()),
      TRUSTFLEET_AGENT_PORT: String(await freePort()),
    });

    expect(ended.code).toBe(1);
    expect(ended.output).not.toMatch(/\n\[server\]\s+at /);
    await expect(api.get('/api/v1/overview')).resolves.toBeDefined();
  });
});
