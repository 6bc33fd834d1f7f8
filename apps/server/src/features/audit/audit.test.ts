import {
  auditEntryView,
  auditHead,
  type AuditEntryView,
  type AuditHead,
  type CreatedEnrolmentToken,
  type GroupView,
  type Me,
} from '@trustfleet/api';
import { GENESIS, verifyAuditHead, verifyChain } from '@trustfleet/audit';
import { openDatabase, type Database } from '@trustfleet/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolHost } from '../../testing/test-agent.ts';
import {
  type Page,
  personWith,
  type ServerLab,
  startServerLab,
  type TestServer,
} from '../../testing/test-server.ts';

let lab: ServerLab;
let server: TestServer;
let admin: Page;
/** Beside the server's own. */
let database: Database;

beforeAll(async () => {
  lab = await startServerLab();
  ({ server, page: admin } = lab);
  database = await openDatabase({ url: server.databaseUrl });
  for (let n = 0; n < 12; n += 1) await post('/api/v1/groups', { name: `Group ${n}` });
});
afterAll(async () => {
  await database.close();
  await lab.stop();
});

const post = <T = unknown>(path: string, body: unknown) => admin.post<T>(path, body);

async function enrolled() {
  const made = await post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', {});
  return await enrolHost(made.body.token);
}

async function chain(): Promise<readonly AuditEntryView[]> {
  const head = await database.audit.head();
  return await database.audit.range({ after: 0, upTo: head.seq, limit: 10_000 });
}

describe('the audit', { timeout: 120_000 }, () => {
  it('is paged, newest first', async () => {
    const whole = [...(await chain())].reverse();
    const first = await admin.get<{ items: AuditEntryView[]; more: boolean }>('/api/v1/audit?limit=5');
    const before = first.body.items.at(-1)?.seq ?? 0;
    const next = await admin.get<{ items: AuditEntryView[] }>(`/api/v1/audit?limit=5&before=${before}`);

    expect(first.body).toEqual({ items: whole.slice(0, 5), more: true });
    expect(next.body.items).toEqual(whole.slice(5, 10));
    expect((await admin.get('/api/v1/audit?limit=0')).status).toBe(400);
    const orders = await admin.get<{ items: AuditEntryView[] }>('/api/v1/audit?action=group.create');
    expect(orders.body.items.length).toBeGreaterThan(0);
    expect(orders.body.items.every(({ action }) => action === 'group.create')).toBe(true);
  });

  it('is exported whole, with a head that the fleet’s key signed', async () => {
    const { entries, head } = await exported('');

    expect(verifyChain(entries, { through: head.head })).toMatchObject({
      ok: true,
      head: { seq: entries.length },
    });
    const trusted = { serverKey: (await enrolled()).serverKey, fleetId: head.head.fleetId };
    expect(verifyAuditHead(head, trusted)).toEqual({ ok: true });
    const cut = entries[9];
    const later = await exported('?after=10');
    expect(verifyChain(later.entries, { from: cut ?? GENESIS })).toMatchObject({ ok: true });
    expect(later.entries[0]?.seq).toBe(11);
  });

  it('is exported in pieces, however long it is', async () => {
    const long = Array.from({ length: 2500 }, (_, index) => ({
      action: 'group.create' as const,
      subject: { kind: 'test', id: null, name: String(index) },
      detail: { text: 'x'.repeat(1000) },
    }));
    await database.change({ kind: 'server', id: null, name: 'test' }, () =>
      Promise.resolve({ result: undefined, audit: long }),
    );

    const leave = new AbortController();
    const headers = { cookie: admin.cookie ?? '' };
    const left = await fetch(`${admin.origin}/api/v1/audit/export`, { headers, signal: leave.signal });
    await left.body?.getReader().read();
    leave.abort();
    const { entries, head } = await exported('');

    expect(server.log.join(''), 'a reader that leaves is no failure').not.toContain('request failed');
    expect(entries.length).toBeGreaterThan(2500);
    expect(verifyChain(entries, { through: head.head }).ok).toBe(true);
  });

  it('is whole only for who sees all groups', async () => {
    const group = (await post<GroupView>('/api/v1/groups', { name: 'Only these' })).body.id;
    const auditor = await personWith(admin, { role: 'auditor', groups: [group] });

    expect((await auditor.get('/api/v1/audit')).status).toBe(403);
    expect((await auditor.get('/api/v1/audit/export')).status).toBe(403);
    expect((await auditor.get<Me>('/api/v1/me')).body.permissions).not.toContain('audit.read');
  });
});

async function exported(query: string): Promise<{ entries: AuditEntryView[]; head: AuditHead }> {
  const response = await fetch(`${admin.origin}/api/v1/audit/export${query}`, {
    headers: { cookie: admin.cookie ?? '' },
  });
  expect(response.headers.get('content-type')).toContain('application/x-ndjson');
  const lines = (await response.text()).trimEnd().split('\n');
  return {
    entries: lines.slice(0, -1).map((line) => auditEntryView.parse(JSON.parse(line))),
    head: auditHead.parse(JSON.parse(lines.at(-1) ?? '')),
  };
}
