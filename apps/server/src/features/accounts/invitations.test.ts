import { createHash } from 'node:crypto';
import type { AccountList, AuditEntryView, CreatedInvitation, GroupView, Me } from '@trustfleet/api';
import { authDatabase, openDatabase } from '@trustfleet/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

/** What only who owns the database can do. */
async function sql<T>(text: string): Promise<T[]> {
  const database = await openDatabase({ url: server.databaseUrl });
  const client = authDatabase(database) as { $queryRawUnsafe: (sql: string) => Promise<T[]> };
  try {
    return await client.$queryRawUnsafe(text);
  } finally {
    await database.close();
  }
}

const visitor = () => new Page(server.ready.url);
const invite = (page: Page, more: object = {}) => {
  count += 1;
  const email = `Person${count}@studio.example`;
  return page.post<CreatedInvitation>('/api/v1/invitations', { email, role: 'operator', ...more });
};
const tokenOf = (invitation: CreatedInvitation) => new URL(invitation.url).searchParams.get('token') ?? '';
const accept = (token: string) =>
  visitor().post<Me>('/api/v1/invitations/accept', { token, name: 'Lee Park', password: 'a long password' });
const listed = async () => (await admin.get<AccountList>('/api/v1/accounts')).body;

describe('an invitation', { timeout: 120_000 }, () => {
  it('is a link that is shown once and works once, and gives exactly what it says', async () => {
    const { status, body } = await invite(admin, { groups: [group.id] });
    expect(status).toBe(201);
    expect(body.url.startsWith(`${server.ready.url}/invitation?token=`)).toBe(true);
    expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(72 * 3_600_000);
    const { url, ...shown } = body;
    expect((await listed()).invitations).toContainEqual(shown);
    expect(JSON.stringify(await listed())).not.toContain(tokenOf(body));
    const rows = await sql<{ hash: string }>(`SELECT hash FROM invitation WHERE id = '${body.id}'`);
    expect(rows).toEqual([{ hash: createHash('sha256').update(tokenOf(body)).digest('hex') }]);
    expect(url).not.toContain(rows[0]?.hash);

    const token = tokenOf(body);
    expect(await visitor().post('/api/v1/invitations/inspect', { token })).toMatchObject({
      status: 200,
      body: { email: body.email, role: 'operator' },
    });
    const both = await Promise.all([accept(token), accept(token)]);
    expect(both.map((answer) => answer.status).sort()).toEqual([201, 403]);
    expect(both.find((answer) => answer.status === 201)?.body).toMatchObject({
      email: body.email,
      role: 'operator',
      groups: [group.id],
    });

    const person = visitor();
    expect((await person.signIn(body.email, 'a long password')).status).toBe(200);
    expect((await person.get<Me>('/api/v1/me')).body).toMatchObject({ role: 'operator', groups: [group.id] });
    expect((await listed()).accounts.find(({ email }) => email === body.email)?.lastSignIn).not.toBeNull();
    expect((await listed()).invitations.map(({ id }) => id)).not.toContain(body.id);
    expect(server.log.join('')).not.toContain(token);
  });

  it('does not work when it is taken back, replaced, expired or invented', async () => {
    const revoked = (await invite(admin)).body;
    expect((await admin.ask('DELETE', `/api/v1/invitations/${revoked.id}`, {})).status).toBe(200);
    const replaced = (await invite(admin, { email: 'twice@studio.example' })).body;
    await invite(admin, { email: 'TWICE@studio.example' });
    const rows = await admin.get<{ items: AuditEntryView[] }>('/api/v1/audit?action=invitation.revoke');
    expect(rows.body.items.map(({ subject }) => subject.id)).toEqual([replaced.id, revoked.id]);
    const expired = (await invite(admin)).body;
    await sql(
      `UPDATE invitation SET expires_at = now() - interval '1 second' WHERE id = '${expired.id}' RETURNING id`,
    );

    for (const token of [tokenOf(revoked), tokenOf(replaced), tokenOf(expired), 'x'.repeat(43)]) {
      const refused = { status: 403, body: { code: 'invalidInvitation' } };
      expect(await visitor().post('/api/v1/invitations/inspect', { token })).toMatchObject(refused);
      expect(await accept(token)).toMatchObject(refused);
    }
    const ids = (await listed()).invitations.map(({ id }) => id);
    for (const { id } of [revoked, replaced, expired]) expect(ids).not.toContain(id);
  });

  it('is refused for an address with an account, a group that is not there, a name that nobody types', async () => {
    expect(await invite(admin, { email: ADMINISTRATOR.email.toUpperCase() })).toMatchObject({
      status: 409,
      body: { code: 'emailTaken' },
    });
    expect(await invite(admin, { groups: ['01890000-0000-7000-8000-000000000000'] })).toMatchObject({
      status: 422,
      body: { code: 'groupGone' },
    });
    const token = tokenOf((await invite(admin)).body);
    const hostile = { token, name: 'Le\u0000e', password: 'a long password' };
    expect((await visitor().post('/api/v1/invitations/accept', hostile)).status).toBe(400);
    expect((await accept(token)).status, 'and the link is still good').toBe(201);
  });
});

describe('rights', { timeout: 120_000 }, () => {
  it('of one’s own nobody changes, and the last administrator stays', async () => {
    const { id } = (await admin.get<Me>('/api/v1/me')).body;
    for (const change of [{ role: 'viewer' }, { disabled: true }, { groups: [group.id] }])
      expect(await admin.ask('PATCH', `/api/v1/accounts/${id}`, change)).toMatchObject({
        status: 409,
        body: { code: 'lastAdministrator' },
      });

    const second = await personWith(admin, { role: 'administrator' });
    const other = (await second.get<Me>('/api/v1/me')).body.id;
    expect(await admin.ask('PATCH', `/api/v1/accounts/${id}`, { role: 'viewer' })).toMatchObject({
      status: 409,
      body: { code: 'ownAccount' },
    });

    // Each takes the other's rights at the same moment: one of them is left.
    const answers = await Promise.all([
      admin.ask('PATCH', `/api/v1/accounts/${other}`, { role: 'viewer' }),
      second.ask('PATCH', `/api/v1/accounts/${id}`, { role: 'viewer' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    const left = answers[0].status === 200 ? admin : second;
    const { accounts } = (await left.get<AccountList>('/api/v1/accounts')).body;
    expect(accounts.filter(({ role }) => role === 'administrator')).toHaveLength(1);
    if (left !== admin) admin = left;
  });

  it('of who sees some groups reach no further than these', async () => {
    const limited = await personWith(admin, { role: 'administrator', groups: [group.id] });
    const everywhere = await personWith(admin, { role: 'viewer' });
    const { id } = (await everywhere.get<Me>('/api/v1/me')).body;

    expect((await invite(limited)).status, 'all groups').toBe(403);
    expect((await invite(limited, { groups: [group.id] })).status).toBe(201);
    const everybody = (await invite(admin)).body;
    const replacing = { email: everybody.email, groups: [group.id] };
    expect((await invite(limited, replacing)).status, 'in place of one of all groups').toBe(403);
    expect((await listed()).invitations.map((invitation) => invitation.id)).toContain(everybody.id);
    expect((await limited.ask('PATCH', `/api/v1/accounts/${id}`, { disabled: true })).status).toBe(404);
    expect((await limited.post('/api/v1/groups', { name: 'Mine' })).status).toBe(403);
    const { accounts } = (await limited.get<AccountList>('/api/v1/accounts')).body;
    expect(accounts.map((account) => account.id)).not.toContain(id);
  });

  it('of an unknown account are changed by nobody', async () => {
    expect((await admin.ask('PATCH', '/api/v1/accounts/nobody', { disabled: true })).status).toBe(404);
    expect((await admin.ask('PATCH', '/api/v1/accounts/%00', { disabled: true })).status).toBe(400);
  });
});
