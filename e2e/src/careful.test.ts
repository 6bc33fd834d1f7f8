import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { createTlsLab, type LabCertificate } from '@trustfleet/testkit';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ADMINISTRATOR, createAdministrator, signIn, type ApiSession } from './support/api-session.ts';
import { cleanUpAfterAll } from './support/clean-up.ts';
import { commandLine } from './support/command-line.ts';
import { freshDataDir, ROOT, startFleet, type RunningFleet } from './support/running-fleet.ts';
import { runBeside, sandboxAgentPid } from './support/sandbox-host.ts';
import { openServerDatabase } from './support/server-database.ts';

/** What a careful IT department tries before it lets this near root: undo, people, audit, revocation. */

interface JobView {
  readonly id: string;
  readonly state: string;
  readonly undone: boolean | null;
  readonly undoable: boolean;
  readonly undoneBy: readonly { readonly id: string; readonly state: string }[];
  readonly events: readonly { readonly late: boolean; readonly step: string | null }[];
}
interface TimelineView {
  readonly items: readonly {
    readonly kind: string;
    readonly jobId?: string | null;
    readonly differences?: readonly {
      readonly change: string;
      readonly kind: string;
      readonly anchor: string | null;
    }[];
  }[];
}

const VIEWER = { name: 'Vera Viewer', email: 'vera@studio.example', password: 'only here to look at it' };
const cleanUp = cleanUpAfterAll();
const data = freshDataDir();
cleanUp(() => {
  data.remove();
});
const lab = createTlsLab();
const place = path.dirname(data.dataDir);
const trustfleet = commandLine(path.join(place, 'administrator'));
const asViewer = commandLine(path.join(place, 'viewer'));
let fleet: RunningFleet;
let api: ApiSession;
let hostId: string;
let hostName: string;
let authority: LabCertificate;

beforeAll(async () => {
  fleet = await startFleet({ dataDir: data.dataDir });
  cleanUp(() => fleet.stop());
  await createAdministrator(fleet.setupUrl ?? '');
  api = await signIn(fleet.url);
  authority = await lab.authority('Careful studio CA');
  const host = await vi.waitFor(
    async () => {
      const { items } = (await api.get('/api/v1/hosts?presence=online')) as {
        items: { id: string; name: string; permits: string[] }[];
      };
      const found = items.find(({ name, permits }) => name.endsWith('-sandbox') && permits.length > 0);
      if (found === undefined) throw new Error('the sandbox host is not there yet');
      return found;
    },
    { timeout: 90_000, interval: 500 },
  );
  hostId = host.id;
  hostName = host.name;
});

const job = async (id: string): Promise<JobView> => (await api.get(`/api/v1/jobs/${id}`)) as JobView;

async function addAnchor(): Promise<string> {
  const { status, body } = await api.post('/api/v1/orders', {
    remedy: 'trustStore.addAnchor',
    mode: 'apply',
    anchorPem: authority.pem,
    hostIds: [hostId],
    reason: 'e2e',
  });
  expect(status, JSON.stringify(body)).toBe(201);
  const id = (body as { jobs: { id: string }[] }).jobs[0]?.id ?? '';
  await expect(trustfleet(['jobs', 'wait', id])).resolves.toMatchObject({ code: 0 });
  return id;
}

async function verifies(): Promise<boolean> {
  const leaf = path.join(place, 'leaf.pem');
  writeFileSync(leaf, (await lab.leaf(authority)).pem);
  const bundle = '/etc/ssl/certs/ca-certificates.crt';
  const pid = sandboxAgentPid(data.dataDir) ?? 0;
  return (await runBeside(pid, ['openssl', 'verify', '-CAfile', bundle, leaf])).code === 0;
}

describe('a careful department', () => {
  it('signs in at a terminal', async () => {
    const login = await trustfleet(
      ['login', fleet.url, '--email', ADMINISTRATOR.email],
      `${ADMINISTRATOR.password}\n`,
    );

    expect(login).toMatchObject({ code: 0 });
    expect((await trustfleet(['hosts', 'list'])).output).toContain(hostName);
  });

  it('takes a change back from the terminal, and the tools on the host agree', async () => {
    const applied = await addAnchor();
    await expect(verifies()).resolves.toBe(true);
    expect((await job(applied)).undoable).toBe(true);

    const undo = await trustfleet(['jobs', 'undo', applied, '--reason', 'only a trial', '--wait']);

    expect(undo, undo.error).toMatchObject({ code: 0 });
    await expect(verifies()).resolves.toBe(false);
    expect(await job(applied)).toMatchObject({ state: 'verified', undoable: false });
    expect((await job(applied)).undoneBy).toMatchObject([{ state: 'verified' }]);
    const again = await trustfleet(['jobs', 'undo', applied, '--reason', 'twice']);
    expect(again.code).toBe(1);
  });

  it('takes a root out that the system ships, and puts it back', async () => {
    const root = WELL_KNOWN_ROOTS.find(({ name }) => name === 'Amazon Root CA 1')!;
    const file = path.join(place, 'amazon.pem');
    writeFileSync(file, root.pem);
    const trusted = async (): Promise<boolean> => {
      const bundle = '/etc/ssl/certs/ca-certificates.crt';
      const pid = sandboxAgentPid(data.dataDir) ?? 0;
      return (await runBeside(pid, ['openssl', 'verify', '-CAfile', bundle, file])).code === 0;
    };
    expect(await trusted()).toBe(true);

    const { body } = await api.post('/api/v1/orders', {
      remedy: 'trustStore.removeAnchor',
      mode: 'apply',
      anchorSha256: root.sha256,
      hostIds: [hostId],
      reason: 'e2e',
    });
    const id = (body as { jobs: { id: string }[] }).jobs[0]?.id ?? '';
    const done = await trustfleet(['jobs', 'wait', id]);

    expect(done, `${done.output} ${JSON.stringify(await job(id))}`).toMatchObject({ code: 0 });
    expect(await trusted()).toBe(false);
    const undone = await trustfleet(['jobs', 'undo', id, '--reason', 'it is needed', '--wait']);
    expect(undone, undone.error).toMatchObject({ code: 0 });
    expect(await trusted()).toBe(true);
  });

  it('can change no store of this machine on the sandbox host, whichever an order names', async () => {
    const bundle = path.join('/opt', `trustfleet-e2e-${process.pid}.pem`);
    const { body } = await api.post('/api/v1/orders', {
      remedy: 'trustStore.addAnchor',
      mode: 'apply',
      anchorPem: authority.pem,
      store: `bundle:${bundle}`,
      hostIds: [hostId],
      reason: 'e2e',
    });
    const id = (body as { jobs: { id: string }[] }).jobs[0]?.id ?? '';

    await expect
      .poll(async () => (await job(id)).state, { timeout: 60_000 })
      .toMatch(/^(notApplicable|failed)$/);
    expect(existsSync(bundle)).toBe(false);
  });

  it('shows in the host’s history what came, what went, and which job did it', async () => {
    const ofAnchor = async (): Promise<string[]> => {
      const { items } = (await api.get(`/api/v1/hosts/${hostId}/timeline`)) as TimelineView;
      // The anchor is in the store, in its file and in the bundle: each of them is told.
      const told = items.flatMap(({ kind, jobId, differences = [] }) =>
        kind === 'section'
          ? differences
              .filter(({ anchor }) => anchor === authority.sha256)
              .map(({ change }) => `${change} ${jobId == null ? 'by nobody' : 'by a job'}`)
          : [],
      );
      return [...new Set(told)];
    };

    await expect.poll(ofAnchor, { timeout: 60_000 }).toEqual(['left by a job', 'appeared by a job']);
  });

  it('lets the host’s owner take a change back without the server', async () => {
    const applied = await addAnchor();
    const state = path.join(data.dataDir, 'sandbox/agent');
    const agent = path.join(ROOT, 'apps/agent/dist/trustfleet-agent.mjs');

    const pid = sandboxAgentPid(data.dataDir) ?? 0;
    const undo = await runBeside(pid, [
      process.execPath,
      agent,
      'undo',
      applied,
      '--yes',
      '--state-dir',
      state,
    ]);

    expect(undo, undo.output).toMatchObject({ code: 0 });
    await expect(verifies()).resolves.toBe(false);
    // The job keeps its end; what the owner did is evidence beside it.
    await expect
      .poll(async () => (await job(applied)).events.some(({ late }) => late), { timeout: 60_000 })
      .toBe(true);
    expect((await job(applied)).state).toBe('verified');
  });

  it('gives the agent a new credential, which it tries and keeps', async () => {
    const identity = (): { secret: string } =>
      JSON.parse(readFileSync(path.join(data.dataDir, 'sandbox/agent/identity.json'), 'utf8')) as {
        secret: string;
      };
    const before = identity().secret;

    const rotate = await trustfleet(['hosts', 'rotate', hostName, '--reason', 'every quarter']);

    expect(rotate, rotate.error).toMatchObject({ code: 0 });
    const states = async (): Promise<string[]> =>
      ((await api.get(`/api/v1/hosts/${hostId}/settings`)) as { items: { state: string }[] }).items.map(
        ({ state }) => state,
      );
    await expect.poll(states, { timeout: 60_000 }).toEqual(['kept']);
    expect(identity().secret).not.toBe(before);
    await expect
      .poll(async () => ((await api.get(`/api/v1/hosts/${hostId}`)) as { presence: string }).presence)
      .toBe('online');
  });

  it('invites a viewer, who sees and may change nothing', async () => {
    const { status, body } = await api.post('/api/v1/invitations', { email: VIEWER.email, role: 'viewer' });
    expect(status, JSON.stringify(body)).toBe(201);
    const token = new URL((body as { url: string }).url).searchParams.get('token');
    const accept = async (): Promise<number> =>
      (
        await fetch(`${fleet.url}/api/v1/invitations/accept`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: fleet.url },
          body: JSON.stringify({ token, name: VIEWER.name, password: VIEWER.password }),
        })
      ).status;

    expect(await accept()).toBe(201);
    expect(await accept()).toBe(403);
    await expect(
      asViewer(['login', fleet.url, '--email', VIEWER.email], `${VIEWER.password}\n`),
    ).resolves.toMatchObject({ code: 0 });
    expect((await asViewer(['hosts', 'list'])).output).toContain(hostName);
    for (const args of [
      ['hosts', 'revoke', hostId, '--reason', 'x', '--yes'],
      ['audit', 'verify'],
    ])
      await expect(asViewer(args)).resolves.toMatchObject({
        code: 1,
        error: expect.stringContaining('role') as string,
      });
  });

  it('finds one byte that somebody changed in the audit, and where', async () => {
    const whole = await trustfleet(['audit', 'verify']);
    expect(whole, whole.error).toMatchObject({ code: 0 });
    const database = await openServerDatabase(data.dataDir);
    cleanUp(() => database.end());
    const { rows } = await database.query<{ seq: string; detail: string }>(
      `SELECT seq, detail FROM audit_entry WHERE action = 'order.create' ORDER BY seq LIMIT 1`,
    );
    const { seq, detail } = rows[0] ?? { seq: '', detail: '' };

    await expect(
      database.query('UPDATE audit_entry SET detail = $1 WHERE seq = $2', [detail, seq]),
    ).rejects.toThrow('append-only');
    await database.query('ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only');
    const set = (text: string): Promise<unknown> =>
      database.query('UPDATE audit_entry SET detail = $1 WHERE seq = $2', [text, seq]);
    await set(detail.replace('e2e', 'e2f'));

    await expect(trustfleet(['audit', 'verify'])).resolves.toMatchObject({
      code: 1,
      error: expect.stringContaining(`entry ${seq} was changed`) as string,
    });
    await set(detail);
    await expect(trustfleet(['audit', 'verify'])).resolves.toMatchObject({ code: 0 });
    await database.query('DELETE FROM audit_entry WHERE seq = (SELECT max(seq) FROM audit_entry)');
    await expect(trustfleet(['audit', 'verify'])).resolves.toMatchObject({
      code: 1,
      error: expect.stringContaining('removed') as string,
    });
  });

  it('revokes a host: its connection ends within five seconds, and it does not come back', async () => {
    const revoked = Date.now();
    const answer = await trustfleet(['hosts', 'revoke', hostName, '--reason', 'stolen', '--yes']);
    expect(answer, answer.error).toMatchObject({ code: 0 });

    const presence = async (): Promise<string> =>
      ((await api.get(`/api/v1/hosts/${hostId}`)) as { presence: string }).presence;
    await expect.poll(presence, { timeout: 5_000, interval: 100 }).toBe('offline');
    console.log(`A revoked host was offline ${Date.now() - revoked} ms after the command began`);
    const { status, body } = await api.post('/api/v1/orders', {
      remedy: 'trustStore.addAnchor',
      mode: 'apply',
      anchorPem: authority.pem,
      hostIds: [hostId],
      reason: 'e2e',
    });
    expect(status, JSON.stringify(body)).toBeGreaterThanOrEqual(400);
  });
});
