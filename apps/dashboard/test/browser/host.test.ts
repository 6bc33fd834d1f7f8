import { describe, expect, it } from 'vitest';
import { axeFaults } from '../fixture/browser.ts';
import { posted, useStage, visit } from './setup.ts';

const stage = useStage();
const host = (index: number) => stage.fleet.hosts[index]!;

describe('the timeline', () => {
  it('tells by day what appeared, left and changed, which job did it, and goes back to the enrolment', async () => {
    const { page, complaints } = await stage.open();
    const { fleet, dashboard } = stage;
    dashboard.api.rollouts.create(
      {
        remedy: 'trustStore.addAnchor',
        mode: 'apply',
        anchorSha256: fleet.demo.sha256,
        hostIds: [host(0).id],
        reason: 'because',
      },
      null,
    );
    const job = fleet.jobs[0]!;
    await visit(page, `/hosts/${host(0).id}?tab=timeline`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('Finding opened:').waitFor();
    expect(await page.getByText('Anchor appeared: Demo studio CA').count()).toBe(0);
    await dashboard.api.rollouts.run(job, () => Promise.resolve());

    const made = page.getByRole('listitem').filter({ hasText: 'By a job of Trustfleet' }).first();
    await made.getByText('Demo studio CA').waitFor();
    await made.getByText(fleet.demo.sha256.slice(0, 4)).first().waitFor();
    expect(await made.getByRole('link').getAttribute('href')).toBe(`/jobs/${job.id}`);
    await page.getByText('2023.7.22').first().waitFor();
    await page.getByText('Not by Trustfleet').first().waitFor();
    await page.getByText('and 12 more').waitFor();
    expect(await page.getByRole('heading', { level: 3 }).count()).toBeGreaterThan(1);
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show older' }).click();
    await page.getByText('Enrolled', { exact: true }).waitFor();
    await page.getByText('Trust stores: reported for the first time').waitFor();
    await page.getByText('That is everything.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('is reached by keyboard, and says what an empty one means', async () => {
    const { page } = await stage.open();
    await visit(page, `/hosts/${host(9).id}`);
    await page.getByRole('tab', { name: 'Jobs' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/tab=timeline/);

    await page.getByText('Nothing has happened yet').waitFor();
  });
});

describe('the trust stores', () => {
  it('shows each store, what is worth a look, and what the store says of one anchor', async () => {
    const { page, complaints } = await stage.open();
    await visit(page, `/hosts/${host(0).id}?tab=stores`);
    const list = page.getByRole('list', { name: 'Trust stores of this host' });
    await list.getByRole('button', { name: /Debian CA certificates/, pressed: true }).waitFor();
    await page.getByText('snakeoil.pem is no link').waitFor();
    await list.getByRole('button', { name: /Firefox profile/ }).click();
    await page.waitForURL(/store=nss/);
    await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'Worth a look' });
    await page.getByRole('cell').getByText('Distrusted').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('row').nth(1).getByRole('button').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('No longer ours').waitFor();
    await dialog.getByText('A user', { exact: true }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('leads from one anchor of one store to an order that removes it there', async () => {
    const { page, complaints } = await stage.open();
    const target = stage.fleet.hosts.find((item) => item.permits.length > 0 && item.presence === 'online')!;
    target.permits = ['trustStore.removeAnchor'];
    await visit(page, `/hosts/${target.id}?tab=stores&store=nss:0123456789ab`);
    await page.getByRole('row').nth(1).getByRole('button').click();
    await page.getByRole('dialog').getByRole('link', { name: 'Remove from this host…' }).click();
    await page.getByRole('heading', { name: 'Remove a CA' }).waitFor();
    await page.getByText("In the store nss:0123456789ab, not in the operating system's own").waitFor();
    await page.getByText('This certificate can be removed').waitFor();
    await page.getByText('A policy requires this CA').waitFor();
    await page.getByLabel('Reason', { exact: true }).fill('Nobody uses it');
    await page.getByRole('button', { name: 'Plan first' }).click();
    await page.getByText(/^stop trusting /).waitFor();
    await page.getByRole('button', { name: 'Launch now' }).click();
    const dialog = page.getByRole('dialog', { name: 'Make 1 host stop trusting this CA?' });
    await dialog.getByRole('button', { name: 'Launch now' }).click();
    await page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);
    await page.getByText('Remove a CA').first().waitFor();

    expect(stage.fleet.orders[0]).toMatchObject({
      remedy: 'trustStore.removeAnchor',
      store: 'nss:0123456789ab',
      mode: 'apply',
    });
    expect(complaints).toEqual([]);
  });
});

describe('what must be known of a host first', () => {
  it('says that it is revoked, since when, and offers nothing that cannot be', async () => {
    const { page } = await stage.open();
    await visit(page, `/hosts/${host(11).id}?tab=manage`);
    await page.getByText(/^Revoked on /).waitFor();
    await page.getByText('Its key is refused for good').waitFor();

    expect(await page.getByRole('button', { name: 'Revoke this host' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Give it a new credential' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Add a CA on this host' }).count()).toBe(0);
  });

  it('says how far a clock is off', async () => {
    const { page } = await stage.open();
    await visit(page, `/hosts/${host(14).id}`);

    await page.getByText('The clock of this host is 3 hours 24 minutes behind').waitFor();
  });

  it('lists those that are held', async () => {
    const { page } = await stage.open();
    await visit(page, '/hosts');
    await page
      .getByRole('combobox', { name: 'Admission' })
      .selectOption({ label: 'Revoked or in quarantine' });
    await page.getByText('3 hosts', { exact: true }).waitFor();

    await page
      .getByRole('row')
      .filter({ hasText: host(11).name })
      .getByText('Revoked')
      .waitFor();
    await page
      .getByRole('row')
      .filter({ hasText: host(12).name })
      .getByText('In quarantine')
      .waitFor();
  });

  it.each([
    [12, 'In quarantine: two machines use its key', 'Find the copy'],
    [13, 'In quarantine: it refused what this server signed', 'Read what the refused job says'],
  ])('explains the quarantine of host %d, and releases it for a reason', async (index, title, todo) => {
    const { page, complaints } = await stage.open();
    await visit(page, `/hosts/${host(index).id}`);
    await page.getByText(title).waitFor();
    await page.getByText(todo).waitFor();
    await page.getByRole('button', { name: 'Release' }).click();
    const dialog = page.getByRole('dialog', { name: 'Release this host?' });
    await dialog.getByRole('button', { name: 'Release' }).click();
    await dialog.getByText('Say why, in a few words.').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByLabel('Reason').fill('The copy is enrolled anew');
    await dialog.getByRole('button', { name: 'Release' }).click();
    await page.getByText(title).waitFor({ state: 'detached' });

    expect(host(index).quarantine).toBeNull();
    expect(complaints).toEqual([]);
  });
});

describe('managing a host', () => {
  it('revokes only after its name was typed and a reason given', async () => {
    const { page, complaints } = await stage.open();
    await visit(page, `/hosts/${host(20).id}?tab=manage`);
    await page.getByRole('button', { name: 'Revoke this host' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('Stolen from the van');
    await dialog.getByLabel(/To confirm, type the name/).fill(host(21).name);
    await dialog.getByRole('button', { name: 'Revoke this host' }).click();
    await dialog.getByText('This is another name.').waitFor();
    expect(host(20).revokedAt).toBeNull();
    await dialog.getByLabel(/To confirm, type the name/).fill(host(20).name);
    const sent = posted(page, '/revoke');
    await page.keyboard.press('Enter');
    expect((await sent).postDataJSON()).toEqual({ reason: 'Stolen from the van' });

    await page.getByText(/^Revoked on /).waitFor();
    expect(complaints).toEqual([]);
  });

  it('gives a new credential and follows what the agent made of it', async () => {
    const { page } = await stage.open();
    await visit(page, `/hosts/${host(22).id}?tab=manage`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Give it a new credential' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('Somebody left');
    const sent = posted(page, '/settings');
    await page.getByRole('dialog').getByRole('button', { name: 'Give it a new credential' }).click();
    expect((await sent).postDataJSON()).toEqual({ newSecret: true, reason: 'Somebody left' });
    await page.getByText('Waits for the agent').waitFor();
    expect(await page.getByRole('button', { name: 'Give it a new credential' }).count()).toBe(0);
    const setting = stage.fleet.settings.get(host(22).id)![0]!;
    Object.assign(setting, {
      state: 'reverted',
      detail: 'the server did not let it in with it',
      finishedAt: new Date().toISOString(),
    });
    stage.dashboard.api.emit({ type: 'host', id: host(22).id, what: 'admission' });

    await page.getByText('Did not work: taken back').waitFor();
    await page.getByText('the server did not let it in with it').waitFor();
    await page.getByRole('button', { name: 'Give it a new credential' }).waitFor();
  });

  it('reads again what an event overtook: a first read that began before it is not the last word', async () => {
    const { page } = await stage.open();
    const { id } = host(24);
    await visit(page, `/hosts/${id}?tab=manage`);
    await page.getByRole('button', { name: 'Give it a new credential' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('Routine');
    await page.getByRole('dialog').getByRole('button', { name: 'Give it a new credential' }).click();
    await page.getByText('Waits for the agent').waitFor();
    await visit(page, `/hosts/${id}?tab=system`);
    // What was true before the event is on its way while the event arrives.
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let hold = (): void => undefined;
    const held = new Promise<void>((resolve) => (hold = resolve));
    await page.route(
      (url) => url.pathname.endsWith(`/hosts/${id}/settings`),
      async (route) => {
        const response = await route.fetch();
        hold();
        await released;
        await route.fulfill({ response });
      },
      { times: 1 },
    );
    await page.getByRole('tab', { name: 'Manage' }).click();
    await held;
    Object.assign(stage.fleet.settings.get(id)![0]!, {
      ...{ state: 'reverted', detail: 'the server did not let it in with it' },
      finishedAt: new Date().toISOString(),
    });
    const told = page.waitForResponse((response) => response.url().endsWith(`/hosts/${id}`));
    stage.dashboard.api.emit({ type: 'host', id, what: 'admission' });
    await told;
    release();

    await page.getByText('Did not work: taken back').waitFor();
  });

  it('keeps what was typed when the server refuses, and says why', async () => {
    const { page } = await stage.open();
    await visit(page, `/hosts/${host(23).id}?tab=manage`);
    stage.dashboard.api.fail(`/api/v1/hosts/${host(23).id}/settings`, 500);
    await page.getByRole('button', { name: 'Give it a new credential' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('Routine');
    await page.getByRole('dialog').getByRole('button', { name: 'Give it a new credential' }).click();
    await page.getByRole('dialog').getByText('The server met an error of its own.').waitFor();

    expect(await page.getByRole('dialog').getByLabel('Reason').inputValue()).toBe('Routine');
    stage.dashboard.api.fail(`/api/v1/hosts/${host(23).id}/settings`, null);
  });
});
