import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createTlsLab, type LabCertificate } from '@trustfleet/testkit';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createAdministrator, signIn, type ApiSession } from './support/api-session.ts';
import { cleanUpAfterAll } from './support/clean-up.ts';
import { startRelay, type Relay } from './support/relay.ts';
import { freePort, freshDataDir, startFleet } from './support/running-fleet.ts';
import { runBeside, sandboxAgent, type SandboxAgent } from './support/sandbox-host.ts';
import { sampleOf } from './support/sample.ts';
import { postmasterPid, serverProcess, type ServerProcess } from './support/server-process.ts';

/** What breaks on the server's side of a job; the agent's own deaths are libs/repair's `kill` suite. */
const FAULTS = ['server killed', 'PostgreSQL killed', 'network cut', 'server and agent killed'] as const;
/** When: as soon as the server has heard that the job is there. `ordered`: right after the order, before any answer. */
const MOMENTS = ['ordered', 'planning', 'writeAnchorFile', 'runStoreTool', 'readBack'] as const;
type Fault = (typeof FAULTS)[number];
type Moment = (typeof MOMENTS)[number];

interface Event {
  readonly eventId: string;
  readonly index: number;
  readonly state: string;
  readonly step: string | null;
}
interface Job {
  readonly state: string;
  readonly final: boolean;
  readonly undone: boolean | null;
  readonly events: readonly Event[];
}

const cleanUp = cleanUpAfterAll();
const data = freshDataDir();
cleanUp(() => {
  data.remove();
});
const lab = createTlsLab();
let relay: Relay;
let server: ServerProcess;
let api: ApiSession;
let agent: SandboxAgent;
let hostId: string;

beforeAll(async () => {
  const ports = { web: await freePort(), agent: await freePort() };
  relay = await startRelay('127.0.0.2', ports.agent);
  cleanUp(() => relay.close());
  const env = { TRUSTFLEET_AGENT_HOST: '127.0.0.1' };
  const fleet = await startFleet({ dataDir: data.dataDir, ports, env });
  cleanUp(() => fleet.stop());
  await createAdministrator(fleet.setupUrl ?? '');
  // `npm start` says that it runs before the sandbox host's agent has begun.
  agent = await vi.waitFor(() => sandboxAgent(data.dataDir), { timeout: 60_000 });
  cleanUp(() => agent.stop());
  await fleet.stop();
  agent.pointTo(`https://127.0.0.2:${ports.agent}`);
  server = serverProcess({ dataDir: data.dataDir, ports, env });
  cleanUp(() => server.stop());
  await server.start();
  agent.restart();
  api = await signIn(server.url);
  hostId = await vi.waitFor(onlineSandbox, { timeout: 100_000, interval: 500 });
});

async function onlineSandbox(): Promise<string> {
  const { items } = (await api.get('/api/v1/hosts?presence=online')) as {
    items: { id: string; name: string }[];
  };
  const host = items.find(({ name }) => name.endsWith('-sandbox'));
  if (host === undefined) throw new Error('the sandbox host is not online');
  return host.id;
}

/** Undefined while the server is away. */
async function readJob(id: string): Promise<Job | undefined> {
  try {
    return (await api.get(`/api/v1/jobs/${id}`)) as Job;
  } catch {
    // That it does not answer is the point of this suite.
    return undefined;
  }
}

async function order(authority: LabCertificate): Promise<string> {
  const { status, body } = await api.post('/api/v1/orders', {
    remedy: 'trustStore.addAnchor',
    mode: 'apply',
    anchorPem: authority.pem,
    hostIds: [hostId],
    reason: 'kill suite',
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return (body as { jobs: { id: string }[] }).jobs[0]?.id ?? '';
}

async function reached(id: string, moment: Moment): Promise<void> {
  if (moment === 'ordered') return;
  await expect
    .poll(
      async () => {
        const job = await readJob(id);
        return (
          job?.final === true || job?.events.some(({ step, state }) => step === moment || state === moment)
        );
      },
      { timeout: 90_000, interval: 20 },
    )
    .toBe(true);
}

const breakIt: Readonly<Record<Fault, () => Promise<void>>> = {
  'server killed': async () => {
    await server.kill();
    await server.start();
  },
  'PostgreSQL killed': () => {
    process.kill(postmasterPid(data.dataDir), 'SIGKILL');
    return Promise.resolve();
  },
  'network cut': async () => {
    relay.cut();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    relay.mend();
  },
  'server and agent killed': async () => {
    await Promise.all([server.kill(), agent.kill()]);
    await server.start();
    agent.restart();
  },
};

async function verifies(authority: LabCertificate): Promise<boolean> {
  const file = path.join(path.dirname(data.dataDir), `${authority.sha256}.pem`);
  writeFileSync(file, (await lab.leaf(authority)).pem);
  const bundle = '/etc/ssl/certs/ca-certificates.crt';
  return (await runBeside(agent.pid, ['openssl', 'verify', '-CAfile', bundle, file])).code === 0;
}

/** Events as the agent's journal has them, by index. */
function journalEvents(jobId: string): Event[] {
  const file = path.join(data.dataDir, 'sandbox/agent/journal', jobId, 'journal.jsonl');
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { kind: string; event: Event })
    .filter(({ kind }) => kind === 'event' || kind === 'final')
    .map(({ event }) => event);
}

describe('one job, and everything around it breaks', () => {
  const all = FAULTS.flatMap((fault) => MOMENTS.map((moment) => ({ fault, moment })));
  const hook = (): string => path.join(data.dataDir, 'sandbox/mounts/no-hooks/slow');

  it.each(sampleOf(all, 4))('$fault at $moment', async ({ fault, moment }) => {
    // Long enough that the moment is still there when it is seen.
    writeFileSync(hook(), '#!/bin/sh\nsleep 2\n');
    chmodSync(hook(), 0o755);
    const authority = await lab.authority(`${fault} at ${moment}`);
    const id = await order(authority);
    await reached(id, moment);
    const postmaster = postmasterPid(data.dataDir);

    await breakIt[fault]();

    await expect.poll(async () => (await readJob(id))?.final, { timeout: 150_000, interval: 500 }).toBe(true);
    if (fault === 'PostgreSQL killed') expect(postmasterPid(data.dataDir)).not.toBe(postmaster);
    rmSync(hook());
    const job = await readJob(id);
    // The host was there all along and the change possible: it is done, or it was taken back because the agent was killed in it.
    expect(['verified', 'failed']).toContain(job?.state);
    if (job?.state === 'failed') expect(job.undone).toBe(true);
    await expect(verifies(authority)).resolves.toBe(job?.state === 'verified');
    // Every word of the host is there once, in its order, and the last one is the end. One whose commit failed was not
    // acknowledged: the agent says it again, and it may come after those that overtook it.
    const told = journalEvents(id).map(({ eventId }) => eventId);
    await expect
      .poll(async () => (await readJob(id))?.events.map(({ eventId }) => eventId), {
        timeout: 90_000,
        interval: 500,
      })
      .toEqual(told);
    expect(job?.events.at(-1)?.state).toBe(job?.state);
  });
});
