import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type {
  AccountList,
  AuditEntryView,
  CreatedEnrolmentToken,
  GroupView,
  Me,
  StreamEvent,
} from '@trustfleet/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolHost } from '../../testing/test-agent.ts';
import {
  eventually,
  Page,
  personWith,
  type ServerLab,
  startServerLab,
  type TestServer,
} from '../../testing/test-server.ts';

let lab: ServerLab;
let server: TestServer;
let admin: Page;
let first: GroupView;
let second: GroupView;

/** A stream that is read until it ends. */
class OpenStream {
  readonly seen: StreamEvent[] = [];
  ended = false;
  private readonly request;

  constructor(page: Page) {
    this.request = httpRequest(`${server.ready.url}/events`, {
      headers: { cookie: page.cookie ?? '' },
    }).end();
  }

  async begin(): Promise<this> {
    const [response] = (await once(this.request, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`the stream answered ${String(response.statusCode)}`);
    this.request.on('error', () => undefined);
    let text = '';
    response.on('data', (chunk: Buffer) => {
      text += String(chunk);
      const lines = text.split('\n\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const data = /^data: (.*)$/m.exec(line)?.[1];
        if (data !== undefined) this.seen.push(JSON.parse(data) as StreamEvent);
      }
    });
    response.on('close', () => {
      this.ended = true;
    });
    await eventually(
      () => Promise.resolve(this.seen),
      (seen) => seen.length > 0,
    );
    return this;
  }

  leave(): void {
    this.request.destroy();
  }
}

const streamOf = (page: Page) => new OpenStream(page).begin();
const group = async (name: string) => (await admin.post<GroupView>('/api/v1/groups', { name })).body;
const idOf = async (page: Page) => (await page.get<Me>('/api/v1/me')).body.id;

async function enrolInto(groupId: string): Promise<string> {
  const made = await admin.post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', { groupId });
  return (await enrolHost(made.body.token)).hostId;
}

beforeAll(async () => {
  lab = await startServerLab();
  ({ server, page: admin } = lab);
  [first, second] = [await group('First'), await group('Second')];
});
afterAll(() => lab.stop());

describe('a stream', { timeout: 120_000 }, () => {
  it('tells of hosts of the reader’s groups alone, as do lists', async () => {
    const person = await personWith(admin, { role: 'viewer', groups: [first.id] });
    const [some, all] = [await streamOf(person), await streamOf(admin)];

    const hidden = await enrolInto(second.id);
    const shown = await enrolInto(first.id);
    const tells = (id: string) => (events: readonly StreamEvent[]) =>
      events.some((event) => event.type === 'host' && event.id === id);
    await eventually(() => Promise.resolve(some.seen), tells(shown));
    await eventually(() => Promise.resolve(all.seen), tells(hidden));

    expect(JSON.stringify(some.seen)).not.toContain(hidden);
    expect((await person.get<{ total: number }>('/api/v1/hosts')).body.total).toBe(1);
    expect((await person.get(`/api/v1/hosts/${hidden}`)).status).toBe(404);
    expect((await person.get<{ items: GroupView[] }>('/api/v1/groups')).body.items).toMatchObject([
      { name: 'First', hosts: 1 },
    ]);
    some.leave();
    all.leave();
  });

  it('tells of the audit only who may read it', async () => {
    const [auditor, viewer] = [
      await personWith(admin, { role: 'auditor' }),
      await personWith(admin, { role: 'viewer' }),
    ];
    const [told, untold] = [await streamOf(auditor), await streamOf(viewer)];
    // The watch has to have seen the chain as it was.
    await eventually(
      async () => {
        await group(`Group ${String(told.seen.length)} ${String(Math.random())}`);
        return told.seen;
      },
      (seen) => seen.some((event) => event.type === 'audit'),
      60_000,
    );

    expect(untold.seen.some((event) => event.type === 'audit')).toBe(false);
    told.leave();
    untold.leave();
  });

  // security.md: sockets that outlive revocation (Mattermost CVE-2026-9162).
  it('ends with signing out', async () => {
    const person = await personWith(admin, { role: 'viewer' });
    const stream = await streamOf(person);

    await person.post('/api/auth/sign-out', {});

    await eventually(() => Promise.resolve(stream.ended), Boolean);
  });

  it.each([
    { name: 'another role', change: () => ({ role: 'operator' }) },
    { name: 'other groups', change: () => ({ groups: [first.id] }) },
    { name: 'disabling', change: () => ({ disabled: true }) },
  ])('ends with $name; the next request goes by what is now', async ({ change }) => {
    const person = await personWith(admin, { role: 'viewer' });
    const id = await idOf(person);
    const [stream, other] = [await streamOf(person), await streamOf(admin)];

    const changed = await admin.ask('PATCH', `/api/v1/accounts/${id}`, change());
    expect(changed.status).toBe(200);

    const me = await person.get<Me>('/api/v1/me');
    if ('disabled' in change()) expect(me.status).toBe(401);
    else expect(me.body).toMatchObject(change());
    await eventually(() => Promise.resolve(stream.ended), Boolean);
    expect(other.ended, 'nobody else’s').toBe(false);
    other.leave();
  });

  it('cannot be opened again by who was disabled, nor can the account sign in', async () => {
    const { body } = await admin.get<AccountList>('/api/v1/accounts');
    const disabled = body.accounts.find((account) => account.disabled);
    if (disabled === undefined) throw new Error('nobody is disabled');

    const answer = await new Page(admin.origin).signIn(disabled.email);

    expect(answer).toMatchObject({ status: 403, body: { code: 'accountDisabled' } });
    const rows = await admin.get<{ items: AuditEntryView[] }>('/api/v1/audit?action=session.failed');
    expect(rows.body.items.map(({ subject }) => subject.id)).toEqual([disabled.id]);
  });
});
