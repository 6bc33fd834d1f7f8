import type {
  AccountList,
  AuditEntryView,
  CreatedEnrolmentToken,
  CreatedInvitation,
  EnrolmentTokenView,
  GroupView,
  Me,
} from '@trustfleet/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolHost } from '../../testing/test-agent.ts';
import {
  ADMINISTRATOR,
  Page,
  personWith,
  type ServerLab,
  startServerLab,
  type TestServer,
} from '../../testing/test-server.ts';

let lab: ServerLab;
let server: TestServer;
let admin: Page;
let group: GroupView;
let count = 0;

beforeAll(async () => {
  lab = await startServerLab();
  ({ server, page: admin } = lab);
  group = (await admin.post<GroupView>('/api/v1/groups', { name: 'Lighting' })).body;
});
afterAll(() => lab.stop());

const invite = (page: Page) => {
  count += 1;
  const email = `person${count}@studio.example`;
  return page.post<CreatedInvitation>('/api/v1/invitations', { email, role: 'operator' });
};
const tokenOf = (invitation: CreatedInvitation) => new URL(invitation.url).searchParams.get('token') ?? '';
const accept = (token: string) =>
  new Page(server.ready.url).post<Me>('/api/v1/invitations/accept', {
    token,
    name: 'Lee Park',
    password: 'a long password',
  });
const listed = async () => (await admin.get<AccountList>('/api/v1/accounts')).body;

interface Change {
  readonly role?: string;
  readonly disabled?: boolean;
  readonly groups?: readonly string[];
}

describe('links', { timeout: 120_000 }, () => {
  const openTokens = async () =>
    (await admin.get<{ items: EnrolmentTokenView[] }>('/api/v1/enrolment-tokens')).body.items.map(
      ({ id }) => id,
    );
  const revoked = async (kind: 'invitation' | 'enrolmentToken') => {
    const { body } = await admin.get<{ items: AuditEntryView[] }>(`/api/v1/audit?action=${kind}.revoke`);
    return body.items.map(({ subject }) => subject.id);
  };
  /** A new administrator with one link of each kind. */
  const maker = async () => {
    const page = await personWith(admin, { role: 'administrator' });
    const { id } = (await page.get<Me>('/api/v1/me')).body;
    const invitation = (await invite(page)).body;
    const token = (await page.post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', { uses: 5 })).body;
    return { page, id, invitation, token };
  };
  const change = (id: string, changes: Change) => admin.ask('PATCH', `/api/v1/accounts/${id}`, changes);

  it('of a disabled administrator end with the account, each with its row', async () => {
    const { id, invitation, token } = await maker();
    const others = (await invite(admin)).body;
    expect(await openTokens()).toContain(token.id);

    expect((await change(id, { disabled: true })).status).toBe(200);

    expect((await accept(tokenOf(invitation))).status).toBe(403);
    await expect(enrolHost(token.token, 'late')).rejects.toThrow(/does not know/);
    expect(await revoked('invitation')).toContain(invitation.id);
    expect(await revoked('enrolmentToken')).toContain(token.id);
    expect(await openTokens()).not.toContain(token.id);
    expect((await accept(tokenOf(others))).status, 'another’s stay').toBe(201);
  });

  it('end with the right to make them, and no others', async () => {
    const { id, invitation, token } = await maker();

    expect((await change(id, { role: 'operator' })).status).toBe(200);
    expect((await accept(tokenOf(invitation))).status).toBe(403);
    expect(await openTokens(), 'operators enrol hosts').toContain(token.id);

    expect((await change(id, { groups: [group.id] })).status).toBe(200);
    expect(await openTokens(), 'for hosts of a group beyond theirs').not.toContain(token.id);
  });

  it('made at the moment at which the right goes are not left over', async () => {
    const { page, id } = await maker();

    const [made] = await Promise.all([
      Promise.all(Array.from({ length: 8 }, () => invite(page))),
      change(id, { disabled: true }),
    ]);

    const left = (await listed()).invitations.map((invitation) => invitation.id);
    for (const { status, body } of made) {
      expect([201, 401, 403]).toContain(status);
      if (status === 201) expect(left).not.toContain(body.id);
    }
  });
});

describe('enrolment tokens', { timeout: 120_000 }, () => {
  interface Tokens {
    readonly items: EnrolmentTokenView[];
  }
  const make = async (body: object) =>
    (await admin.post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', body)).body;

  it('are listed without their secrets while they admit hosts, and can be taken back', async () => {
    const { id, token, expiresAt } = await make({ uses: 2, groupId: group.id });
    await enrolHost(token, 'first');

    const { body } = await admin.get<Tokens>('/api/v1/enrolment-tokens');
    expect(body.items.find((item) => item.id === id)).toMatchObject({
      group: { id: group.id, name: group.name },
      usesLeft: 1,
      maxUses: 2,
      expiresAt,
      createdBy: ADMINISTRATOR.name,
    });
    expect(JSON.stringify(body)).not.toContain(token);

    expect((await admin.ask('DELETE', `/api/v1/enrolment-tokens/${id}`, {})).status).toBe(200);
    await expect(enrolHost(token, 'second')).rejects.toThrow(/does not know/);
    const after = await admin.get<Tokens>('/api/v1/enrolment-tokens');
    expect(after.body.items.map((item) => item.id)).not.toContain(id);
    expect((await admin.ask('DELETE', `/api/v1/enrolment-tokens/${id}`, {})).status).toBe(404);

    const used = await make({ uses: 1 });
    await enrolHost(used.token, 'only');
    const open = (await admin.get<Tokens>('/api/v1/enrolment-tokens')).body.items;
    expect(open.map((item) => item.id)).not.toContain(used.id);
  });

  it('of groups that one does not see are not there', async () => {
    const limited = await personWith(admin, { role: 'operator', groups: [group.id] });
    const [own, beyond] = [await make({ groupId: group.id }), await make({})];

    const ids = (await limited.get<Tokens>('/api/v1/enrolment-tokens')).body.items.map(({ id }) => id);
    expect(ids).toContain(own.id);
    expect(ids).not.toContain(beyond.id);
    expect((await limited.ask('DELETE', `/api/v1/enrolment-tokens/${beyond.id}`, {})).status).toBe(404);
    expect((await limited.ask('DELETE', `/api/v1/enrolment-tokens/${own.id}`, {})).status).toBe(200);
  });
});
