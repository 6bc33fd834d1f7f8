import { describe, expect, it } from 'vitest';
import { axeFaults } from '../fixture/browser.ts';
import { CREDENTIALS, INVITATION_TOKEN } from '../fixture/people.ts';
import { posted, useStage, visit } from './setup.ts';

const stage = useStage();
const viewer = () => stage.fleet.accounts.find((account) => account.id === 'person-viewer')!;

describe('accounts', () => {
  it('gives a person another role and fewer groups, each role with its sentence', async () => {
    const { page, complaints } = await stage.open();
    await visit(page, '/accounts');
    await page.getByRole('button', { name: 'Change Vera Viewer' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Sees everything and what everybody did; changes nothing.').waitFor();
    await dialog.getByRole('radio', { name: /Operator/ }).check();
    await dialog.getByRole('checkbox', { name: /All groups/ }).uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Choose at least one group.').waitFor();
    await dialog.getByRole('checkbox', { name: 'Render farm' }).check();
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const row = page.getByRole('row').filter({ hasText: 'Vera Viewer' });
    await row.getByText('Operator', { exact: true }).waitFor();
    await row.getByText('Render farm').waitFor();

    expect(viewer()).toMatchObject({ role: 'operator', groups: [stage.fleet.groups[1]!.id] });
    expect(complaints).toEqual([]);
  });

  it('disables somebody only after saying what that means, and enables them again', async () => {
    const { page } = await stage.open();
    await visit(page, '/accounts');
    await page.getByRole('button', { name: 'Disable Vera Viewer' }).click();
    const dialog = page.getByRole('dialog', { name: 'Disable Vera Viewer?' });
    await dialog.getByText('The person is signed out everywhere at once').waitFor();
    await dialog.getByRole('button', { name: 'Back' }).click();
    expect(viewer().disabled).toBe(false);
    await page.getByRole('button', { name: 'Disable Vera Viewer' }).click();
    await dialog.getByRole('button', { name: 'Disable', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'Vera Viewer' }).getByText('Disabled').waitFor();
    expect(viewer().disabled).toBe(true);
    await page.getByRole('button', { name: 'Enable Vera Viewer' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Enable', exact: true }).click();

    await page.getByRole('button', { name: 'Disable Vera Viewer' }).waitFor();
    expect(viewer().disabled).toBe(false);
  });

  it('offers nothing about one’s own account', async () => {
    const { page } = await stage.open();
    await visit(page, '/accounts');
    const own = page.getByRole('row').filter({ hasText: '(you)' });
    await own.waitFor();

    expect(await own.getByRole('button').count()).toBe(0);
  });

  it('says in words why the server refuses a change', async () => {
    const { page } = await stage.open();
    await visit(page, '/accounts');
    await page.getByRole('button', { name: 'Change Aki Auditor' }).click();
    await page.route('**/api/v1/accounts/*', (route) =>
      route.fulfill({
        status: 409,
        json: { id: 'p-1', status: 409, code: 'lastAdministrator', message: 'x' },
      }),
    );
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();

    await page.getByText('This is the last administrator: make another one first.').waitFor();
  });
});

describe('an invitation', () => {
  it('is a link shown once, which makes the account it promises, once', async () => {
    const { page, context, complaints } = await stage.open();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await visit(page, '/accounts');
    await page.getByRole('button', { name: 'Invite a person' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('E-mail').fill('not an address');
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    await dialog.getByText('This is no e-mail address.').waitFor();
    await dialog.getByLabel('E-mail').fill('nora@studio.example');
    await dialog.getByRole('radio', { name: /Auditor/ }).check();
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    await dialog.getByText('The link for nora@studio.example is ready').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Copy' }).click();
    const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('row').filter({ hasText: 'nora@studio.example' }).waitFor();
    expect(await page.content()).not.toContain(link.searchParams.get('token'));

    const guest = await stage.open({ signedIn: false });
    await guest.page.goto(`${link.pathname}${link.search}`);
    await guest.page.getByText('nora@studio.example').waitFor();
    await guest.page.getByText('Auditor', { exact: true }).waitFor();
    await expect.poll(() => guest.page.url()).not.toContain('token');
    expect(await axeFaults(guest.page)).toEqual([]);
    await guest.page.getByLabel('Name').fill('Nora New');
    await guest.page.getByLabel('Password').fill('short');
    await guest.page.getByRole('button', { name: 'Make my account' }).click();
    await guest.page.getByText('At least 12 characters are needed; this has 5.').waitFor();
    await guest.page.getByLabel('Password').fill(CREDENTIALS.password);
    await guest.page.getByRole('button', { name: 'Make my account' }).click();
    await guest.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await guest.page.getByRole('link', { name: 'Activity' }).waitFor();
    await guest.page.goto(`${link.pathname}${link.search}`);
    await guest.page.getByText('This invitation cannot be used').waitFor();
    await guest.page.getByText(/it was used, it expired, it was taken back/).waitFor();

    expect(complaints).toEqual([]);
  });

  it.each([
    ['cut off', `/invitation?token=${INVITATION_TOKEN.slice(0, 10)}`, 'This link is not complete'],
    ['absent', '/invitation', 'This link is not complete'],
    ['unknown', `/invitation?token=${'x'.repeat(43)}`, 'This invitation cannot be used'],
  ])('with a token that is %s says so before anything is filled in', async (_what, address, words) => {
    const { page } = await stage.open({ signedIn: false });
    await page.goto(address);
    await page.getByText(words).waitFor();

    expect(await page.getByLabel('Password').count()).toBe(0);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('is taken back, and works no more', async () => {
    const { page } = await stage.open();
    const invitation = stage.fleet.invitations.find(({ email }) => email === 'new@studio.example')!;
    await visit(page, '/accounts');
    await page.getByRole('button', { name: 'Take back the invitation of new@studio.example' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
    await page.getByText('No invitation is open.').waitFor();
    await page.goto(`/invitation?token=${INVITATION_TOKEN}${invitation.id}`);

    await page.getByText('This invitation cannot be used').waitFor();
  });
});

describe('groups', () => {
  it('are made here, a host moves to one on its page, and the list filters by it', async () => {
    const { page, complaints } = await stage.open();
    const host = stage.fleet.hosts[1]!;
    await visit(page, '/accounts');
    await page.getByRole('button', { name: 'Make group' }).click();
    await page.getByText('Give the group a name.').waitFor();
    await page.getByLabel('Name of a new group').fill('Compositing');
    await page.getByRole('button', { name: 'Make group' }).click();
    await page.getByRole('row').filter({ hasText: 'Compositing' }).getByText('0 hosts').waitFor();
    await visit(page, `/hosts/${host.id}?tab=manage`);
    await page.getByRole('combobox', { name: 'Group' }).selectOption({ label: 'Compositing' });
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByRole('link', { name: 'Compositing' }).click();
    await page.waitForURL(/groupId=/);
    await page.getByText('1 host', { exact: true }).waitFor();
    await page.getByRole('link', { name: host.name }).waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByText(`${stage.fleet.hosts.length - 1} hosts`, { exact: true }).waitFor();

    expect(host.group.name).toBe('Compositing');
    expect(complaints).toEqual([]);
  });

  it('stand in the token for a new host', async () => {
    const { page } = await stage.open();
    await visit(page, '/hosts');
    await page.getByRole('button', { name: 'Enrol a host' }).click();
    await page
      .getByRole('dialog')
      .getByRole('combobox', { name: 'Group' })
      .selectOption({ label: 'Render farm' });
    const sent = posted(page, '/enrolment-tokens');
    await page.getByRole('dialog').getByRole('button', { name: 'Make token' }).click();

    expect((await sent).postDataJSON()).toMatchObject({ groupId: stage.fleet.groups[1]!.id });
  });
});
