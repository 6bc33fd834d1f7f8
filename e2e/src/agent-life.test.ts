import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createTlsLab, type LabCertificate } from '@trustfleet/testkit';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createAdministrator, signIn, type ApiSession } from './support/api-session.ts';
import { cleanUpAfterAll } from './support/clean-up.ts';
import { startRelay, type Relay } from './support/relay.ts';
import { freePort, freshDataDir, startFleet, type RunningFleet } from './support/running-fleet.ts';
import { runBeside, sandboxAgent, type SandboxAgent } from './support/sandbox-host.ts';

interface Host {
  readonly id: string;
  readonly name: string;
  readonly presence: string;
}
interface Job {
  readonly id: string;
  readonly state: string;
  readonly final: boolean;
  readonly undone: boolean | null;
  readonly resultSigned: boolean;
  readonly events: readonly { readonly step: string | null; readonly state: string }[];
}

const cleanUp = cleanUpAfterAll();
const data = freshDataDir();
cleanUp(() => {
  data.remove();
});
const lab = createTlsLab();
let relay: Relay;
let fleet: RunningFleet;
let api: ApiSession;
let agent: SandboxAgent;
let hostId: string;

async function hosts(): Promise<readonly Host[]> {
  return ((await api.get('/api/v1/hosts')) as { items: Host[] }).items;
}
const sandboxHost = async (): Promise<Host | undefined> =>
  (await hosts()).find((host) => host.name.endsWith('-sandbox'));
const untilPresence = (presence: string): Promise<void> =>
  vi.waitFor(
    async () => {
      expect((await sandboxHost())?.presence).toBe(presence);
    },
    { timeout: 100_000, interval: 500 },
  );
const job = async (id: string): Promise<Job> => (await api.get(`/api/v1/jobs/${id}`)) as Job;

async function order(authority: LabCertificate, mode: 'plan' | 'apply', host = hostId): Promise<string> {
  const answer = await api.post('/api/v1/orders', {
    remedy: 'trustStore.addAnchor',
    mode,
    anchorPem: authority.pem,
    hostIds: [host],
    reason: 'e2e',
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return (answer.body as { jobs: Job[] }).jobs[0]?.id ?? '';
}

async function verifies(authority: LabCertificate): Promise<boolean> {
  const file = path.join(path.dirname(data.dataDir), `${authority.sha256}.pem`);
  writeFileSync(file, (await lab.leaf(authority)).pem);
  const result = await runBeside(agent.pid, [
    'openssl',
    'verify',
    '-CAfile',
    '/etc/ssl/certs/ca-certificates.crt',
    file,
  ]);
  return result.code === 0;
}

beforeAll(async () => {
  const ports = { web: await freePort(), agent: await freePort() };
  relay = await startRelay('127.0.0.2', ports.agent);
  cleanUp(() => relay.close());
  // Enough of them that the bodies of this host outweigh a handshake by far.
  const extraRoots = await Promise.all(
    Array.from({ length: 150 }, async (_, index) => (await lab.authority(`Extra root ${index}`)).pem),
  );
  // The agent host, so that 127.0.0.2, where the relay is, stays free.
  fleet = await startFleet({
    dataDir: data.dataDir,
    ports,
    extraRoots,
    env: { TRUSTFLEET_AGENT_HOST: '127.0.0.1' },
  });
  cleanUp(() => fleet.stop());
  await createAdministrator(fleet.setupUrl ?? '');
  api = await signIn(fleet.url);
  await untilPresence('online');
  hostId = (await sandboxHost())?.id ?? '';
  agent = sandboxAgent(data.dataDir);
  cleanUp(() => agent.stop());
});

describe('an agent’s life', () => {
  it('is offline when killed; restarted, it is back and no body is sent again', async () => {
    const sections = async (): Promise<readonly { body: unknown }[]> =>
      ((await api.get(`/api/v1/hosts/${hostId}`)) as { sections: { body: unknown }[] }).sections;
    await expect.poll(async () => (await sections()).length, { timeout: 60_000 }).toBe(9);
    const bodies = (await sections()).reduce(
      (total, section) => total + JSON.stringify(section.body).length,
      0,
    );
    await agent.kill();
    await untilPresence('offline');
    agent.pointTo(`https://127.0.0.2:${fleet.ports.agent}`);

    agent.restart();
    await untilPresence('online');
    // The first connection of a new host sends its bodies within a second; this one is given five.
    await new Promise((resolve) => setTimeout(resolve, 5000));

    const sent = relay.connections.reduce((total, connection) => total + connection.sent, 0);
    console.log(
      `Bodies held by the server: ${bodies} bytes; sent by the agent after its restart, TLS included: ${sent} bytes`,
    );
    expect(bodies).toBeGreaterThan(15_000);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(bodies / 3);
  });

  it('brings an order to a host that was away when it was given', async () => {
    const authority = await lab.authority('Order for an absent host');
    await agent.kill();
    await untilPresence('offline');
    const id = await order(authority, 'apply');
    expect(['queued', 'heldOffline']).toContain((await job(id)).state);

    agent.restart();

    await expect.poll(async () => (await job(id)).state, { timeout: 90_000 }).toBe('verified');
    expect((await job(id)).resultSigned).toBe(true);
    await expect(verifies(authority)).resolves.toBe(true);
  });

  it('ends as before or as wanted when killed in the middle of a change', async () => {
    const authority = await lab.authority('Killed in the middle');
    const hook = path.join(data.dataDir, 'sandbox/mounts/no-hooks/slow');
    writeFileSync(hook, '#!/bin/sh\nsleep 20\n');
    chmodSync(hook, 0o755);
    const id = await order(authority, 'apply');
    await expect
      .poll(async () => (await job(id)).events.some((event) => event.step === 'runStoreTool'), {
        timeout: 60_000,
        interval: 200,
      })
      .toBe(true);
    // The bundle is written before the hooks run.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await agent.kill();
    rmSync(hook);

    agent.restart();

    await expect.poll(async () => (await job(id)).final, { timeout: 120_000 }).toBe(true);
    const final = await job(id);
    expect(['verified', 'failed']).toContain(final.state);
    if (final.state === 'failed') expect(final.undone).toBe(true);
    await expect(verifies(authority)).resolves.toBe(final.state === 'verified');
  });

  it('changes nothing twice: the same CA again is already right', async () => {
    const authority = await lab.authority('Twice the same');
    const once = await order(authority, 'apply');
    await expect.poll(async () => (await job(once)).state, { timeout: 60_000 }).toBe('verified');

    const twice = await order(authority, 'apply');

    await expect.poll(async () => (await job(twice)).state, { timeout: 60_000 }).toBe('alreadyCompliant');
  });

  it('changes nothing on a host whose owner did not permit it', async () => {
    const machine = (await hosts()).find((host) => !host.name.endsWith('-sandbox'));

    const id = await order(await lab.authority('Not permitted'), 'apply', machine?.id);

    await expect.poll(async () => (await job(id)).state, { timeout: 60_000 }).toBe('notPermitted');
  });

  it('notices within a minute what changed, and says what is wrong with every bundle that a variable names', async () => {
    const place = path.dirname(data.dataDir);
    const { pem, der } = await lab.authority('A bundle');
    const bundles = {
      SSL_CERT_FILE: ['utf16.pem', Buffer.from(`\ufeff${pem}`, 'utf16le')],
      REQUESTS_CA_BUNDLE: ['der.pem', Buffer.from(der)],
      CURL_CA_BUNDLE: ['empty.pem', Buffer.alloc(0)],
      HTTPLIB2_CA_CERTS: ['broken.pem', Buffer.from(pem + pem.slice(0, 200))],
      SHOTGUN_API_CACERTS: ['missing.pem', null],
    } as const;
    for (const [name, bytes] of Object.values(bundles))
      if (bytes !== null) writeFileSync(path.join(place, name), bytes);
    execFileSync('mkfifo', [path.join(place, 'fifo.pem')]);
    const lines = [
      ...Object.entries(bundles).map(([variable, [name]]) => `${variable}=${path.join(place, name)}`),
      `PIP_CERT=${path.join(place, 'fifo.pem')}`,
    ];
    const written = Date.now();
    await runBeside(agent.pid, [
      '/usr/bin/python3',
      '-c',
      'import sys; open("/etc/environment", "a").write("\\n" + sys.argv[1] + "\\n")',
      lines.join('\n'),
    ]);

    const causes = async (): Promise<string[]> => {
      const { findings } = (await api.get(`/api/v1/hosts/${hostId}`)) as {
        findings: { cause: string; subject: { path: string } }[];
      };
      return findings
        .filter((finding) => finding.subject.path.startsWith(place))
        .map((finding) => `${path.basename(finding.subject.path)} ${finding.cause}`)
        .sort();
    };
    await expect
      .poll(causes, { timeout: 60_000, interval: 500 })
      .toEqual([
        'broken.pem bundleMalformed',
        'der.pem bundleDer',
        'empty.pem bundleEmpty',
        'fifo.pem bundleNotRegularFile',
        'missing.pem bundleMissing',
        'utf16.pem bundleUtf16',
      ]);
    console.log(
      `A change of /etc/environment was on the dashboard's API after ${((Date.now() - written) / 1000).toFixed(1)} s`,
    );
    expect((await sandboxHost())?.presence).toBe('online');
  });

  it('keeps everything over a restart of the server', async () => {
    const known = (await hosts()).map((host) => host.name).sort();
    await agent.stop();
    await fleet.stop();

    fleet = await startFleet({
      dataDir: data.dataDir,
      ports: fleet.ports,
      env: { TRUSTFLEET_AGENT_HOST: '127.0.0.1' },
    });
    api = await signIn(fleet.url);

    expect(fleet.setupUrl).toBeNull();
    await expect
      .poll(async () => (await hosts()).map((host) => `${host.name} ${host.presence}`).sort(), {
        timeout: 90_000,
      })
      .toEqual(known.map((name) => `${name} online`));
  });
});
