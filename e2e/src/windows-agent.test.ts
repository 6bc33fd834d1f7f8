import { createHash } from 'node:crypto';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { createTlsLab, prepareWine } from '@trustfleet/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAdministrator, signIn, type ApiSession } from './support/api-session.ts';
import { cleanUpAfterAll } from './support/clean-up.ts';
import { startRelay, type Relay } from './support/relay.ts';
import { freePort, freshDataDir } from './support/running-fleet.ts';
import { serverProcess, setupUrl } from './support/server-process.ts';
import { installWindowsAgent, type RunningWindowsAgent, type WindowsAgent } from './support/windows-agent.ts';

/** The agent as a program of Windows (Wine 8, Node 22) at a real server. */

interface Host {
  readonly id: string;
  readonly platform: string;
  readonly os: string | null;
  readonly presence: string;
  readonly permits: readonly string[];
  readonly sections: readonly { readonly name: string; readonly digest: string; readonly body: unknown }[];
}

const cleanUp = cleanUpAfterAll();
const data = freshDataDir();
cleanUp(() => {
  data.remove();
});
const WAIT = { timeout: 60_000, interval: 500 };
/** Enough of them that what the first connection carries outweighs a handshake by far. */
const AUTHORITIES = 80;
const STUDIO_BUNDLE = 'C:\\studio-ca.pem';

const lab = createTlsLab();
let api: ApiSession;
let relay: Relay;
let agent: WindowsAgent;
let running: RunningWindowsAgent;

async function host(): Promise<Host> {
  const { items } = (await api.get('/api/v1/hosts?platform=windows')) as { items: Host[] };
  const [first, ...others] = items;
  if (first === undefined || others.length > 0) throw new Error(`${items.length} Windows hosts`);
  return (await api.get(`/api/v1/hosts/${first.id}`)) as Host;
}
const section = async (name: string): Promise<unknown> =>
  (await host()).sections.find((one) => one.name === name)?.body;
const digests = async (): Promise<string[]> =>
  (await host()).sections.map(({ name, digest }) => `${name} ${digest}`).sort();
interface Job {
  readonly state: string;
  readonly final: boolean;
}
/** Null while it is under way. */
async function finalState(id: string): Promise<string | null> {
  const { state, final } = (await api.get(`/api/v1/jobs/${id}`)) as Job;
  return final ? state : null;
}
const thumbprint = ({ der }: { der: Uint8Array }): string =>
  createHash('sha1').update(der).digest('hex').toUpperCase();
/** As the registry of Windows has them, which is where the store keeps them. */
async function rootThumbprints(): Promise<string[]> {
  const key = 'HKLM\\Software\\Microsoft\\SystemCertificates\\Root\\Certificates';
  const { stdout } = await agent.wine.run(['reg', 'query', key], { timeoutMs: 60_000 });
  return [...stdout.matchAll(/\\([0-9A-F]{40})\s*$/gm)].map((match) => match[1] ?? '');
}
const sent = (): number => relay.connections.reduce((total, connection) => total + connection.sent, 0);

beforeAll(async () => {
  const ports = { web: await freePort(), agent: await freePort() };
  relay = await startRelay('127.0.0.2', ports.agent);
  cleanUp(() => relay.close());
  const server = serverProcess({ dataDir: data.dataDir, ports, env: { TRUSTFLEET_AGENT_HOST: '127.0.0.1' } });
  cleanUp(() => server.stop());
  const [wine] = await Promise.all([prepareWine(), server.start()]);
  cleanUp(() => wine.dispose());
  await createAdministrator(setupUrl(data.dataDir));
  api = await signIn(server.url);

  agent = installWindowsAgent(wine);
  const authorities = await Promise.all(
    Array.from({ length: AUTHORITIES }, async (_, index) => (await lab.authority(`Studio ${index}`)).pem),
  );
  writeFileSync(wine.toUnix(STUDIO_BUNDLE), authorities.join(''));
  await agent.setMachineVariable('SSL_CERT_FILE', STUDIO_BUNDLE);
  cleanUp(() => (running as RunningWindowsAgent | undefined)?.kill());
});

describe('the agent on Windows', () => {
  it('enrols, and keeps its key where nobody else may look', async () => {
    const { token } = (await api.post('/api/v1/enrolment-tokens', {})).body as { token: string };

    const ended = await agent.command('enroll', '--token', token);

    expect(ended, ended.stderr).toMatchObject({ exitCode: 0 });
    expect(ended.stdout).toMatch(/^Enrolled as host .* at https:\/\/127\.0\.0\.1:/);
    expect(ended.stdout).toContain('C:\\ProgramData\\Trustfleet\\allow-list.json');
    // Wine keeps an access list as far as the bits of a mode can say it.
    expect(statSync(agent.stateDir).mode & 0o007).toBe(0);
  });

  it('believes nothing of a state directory that others may write to', async () => {
    const { mode } = statSync(agent.stateDir);
    chmodSync(agent.stateDir, 0o777);

    const ended = await agent.command('run');

    chmodSync(agent.stateDir, mode);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(/Trustfleet\\Agent cannot be trusted, since .* may read or change/);
  });

  it('comes online and reports its system, its stores, its variables and what they name', async () => {
    agent.pointTo(`https://127.0.0.2:${relay.port}`);
    running = agent.start();

    await expect.poll(async () => (await host()).presence, WAIT).toBe('online');
    await expect.poll(async () => (await host()).sections.length, WAIT).toBe(9);
    expect(await host()).toMatchObject({
      platform: 'windows',
      os: expect.stringContaining('Windows') as string,
    });
    expect(await section('system')).toMatchObject({
      os: {
        platform: 'windows',
        kernel: expect.stringMatching(/^10\.0\.\d+$/) as string,
        architecture: 'x64',
      },
    });
    expect(await section('trustStores')).toMatchObject({
      stores: expect.arrayContaining([expect.objectContaining({ operatingSystem: true })]) as unknown[],
    });
    expect(await section('variables')).toMatchObject({
      variables: [
        { name: 'SSL_CERT_FILE', value: STUDIO_BUNDLE, scope: 'machine' },
        // And what the agent itself got of it from Windows.
        { name: 'SSL_CERT_FILE', value: STUDIO_BUNDLE, scope: 'service' },
      ],
    });
    expect(await section('bundles')).toMatchObject({ bundles: [{ path: STUDIO_BUNDLE, state: 'read' }] });
    // Wine brings none; what is registered and what products bring is found (libs/python, wine.test.ts).
    expect(await section('pythons')).toMatchObject({ pythons: [] });
  });

  it('is the only one on its state directory, and status tells of it', async () => {
    const [second, status] = [await agent.command('run'), await agent.command('status')];

    expect(second.exitCode).toBe(1);
    expect(second.stderr).toMatch(
      /An agent runs on C:\\ProgramData\\Trustfleet\\Agent already \(process \d+\)/,
    );
    expect(status.stdout).toMatch(/Agent: +running \(process \d+\)/);
    expect(status.stdout).toMatch(/Connection: +connected/);
    expect(status.stdout).toMatch(/Permits: +nothing/);
  });

  it('shows what it sees and what could be taken back', async () => {
    const [scan, stores, undo] = [
      await agent.command('scan', '--json', '--section', 'system'),
      await agent.command('stores'),
      await agent.command('undo', '--list'),
    ];

    expect(JSON.parse(scan.stdout), scan.stderr).toEqual({ system: await section('system') });
    expect(stores, stores.stderr).toMatchObject({ exitCode: 0 });
    expect(stores.stdout).toContain('Windows LocalMachine\\Root (windows.localMachine.root,');
    expect(undo, undo.stderr).toMatchObject({ exitCode: 0 });
    expect(undo.stdout).toMatch(/^No job of this host left a change/);
  });

  it('goes by an allow-list that only masters of the machine may change', async () => {
    agent.permit(['trustStore.addAnchor']);
    await expect.poll(async () => (await host()).permits, WAIT).toEqual(['trustStore.addAnchor']);

    chmodSync(agent.allowList, 0o666);

    const { stdout } = await agent.command('status');
    expect(stdout).toMatch(/Permits: +nothing, this host only observes: .*may change .*allow-list\.json/);
  });

  it('carries out what is permitted, and its owner takes it back', async () => {
    chmodSync(agent.allowList, 0o644);
    await expect.poll(async () => (await host()).permits, WAIT).toEqual(['trustStore.addAnchor']);
    const authority = await lab.authority('Wanted on Windows');

    const { status, body } = await api.post('/api/v1/orders', {
      ...{ remedy: 'trustStore.addAnchor', mode: 'apply', reason: 'e2e' },
      ...{ anchorPem: authority.pem, hostIds: [(await host()).id] },
    });

    expect(status, JSON.stringify(body)).toBe(201);
    const id = (body as { jobs: { id: string }[] }).jobs[0]?.id ?? '';
    await expect.poll(() => finalState(id), WAIT).toBe('verified');
    expect(await rootThumbprints()).toContain(thumbprint(authority));
    const undone = await agent.command('undo', id, '--yes');
    expect(undone, undone.stderr + undone.stdout).toMatchObject({ exitCode: 0 });
    expect(await rootThumbprints()).not.toContain(thumbprint(authority));
  });

  it('stops at Ctrl-C; started again it is the same host and sends no body again', async () => {
    const before = { id: (await host()).id, digests: await digests(), sent: sent() };

    const stopped = await running.stop();

    expect(stopped, stopped.stderr).toMatchObject({ exitCode: 0, timedOut: false });
    expect(stopped.stderr).toMatch(/agent stops reason="SIGINT"/);
    await expect.poll(async () => (await host()).presence, WAIT).toBe('offline');
    expect((await agent.command('status')).stdout).toMatch(/Agent: +not running/);
    running = agent.start();
    await expect.poll(async () => (await host()).presence, WAIT).toBe('online');
    await expect.poll(() => running.log(), WAIT).toMatch(/link state="online"/);
    // The first connection sent its bodies within a second; this one is given three.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect({ id: (await host()).id, digests: await digests() }).toEqual({
      id: before.id,
      digests: before.digests,
    });
    // DER of eighty authorities and the sections that name them.
    expect(before.sent).toBeGreaterThan(40_000);
    expect(sent() - before.sent).toBeLessThan(before.sent / 3);
  });

  it('leaves no lock behind when it is killed', async () => {
    await running.kill();

    running = agent.start();

    await expect.poll(() => running.log(), WAIT).toMatch(/link state="online"/);
  });
});
