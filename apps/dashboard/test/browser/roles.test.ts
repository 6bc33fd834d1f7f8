import type { Role } from '@trustfleet/api';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeFaults } from '../fixture/browser.ts';
import { useStage, visit } from './setup.ts';

const stage = useStage();

const PLACES: Readonly<Record<Role, readonly string[]>> = {
  viewer: ['Overview', 'Hosts', 'Findings', 'Shared installs', 'Jobs', 'Orders', 'Settings'],
  operator: ['Overview', 'Hosts', 'Findings', 'Shared installs', 'Jobs', 'Orders', 'Settings'],
  approver: ['Overview', 'Hosts', 'Findings', 'Shared installs', 'Jobs', 'Orders', 'Settings'],
  auditor: ['Overview', 'Hosts', 'Findings', 'Shared installs', 'Jobs', 'Orders', 'Activity', 'Settings'],
  administrator: [
    'Overview',
    'Hosts',
    'Findings',
    'Shared installs',
    'Jobs',
    'Orders',
    'Accounts',
    'Activity',
    'Settings',
  ],
};

/** A job that a person with the right could cancel, and one that could be undone. */
async function jobs() {
  const { fleet, dashboard } = stage;
  const order = (host: number) => {
    dashboard.api.rollouts.create(
      {
        remedy: 'trustStore.addAnchor',
        mode: 'apply',
        anchorSha256: fleet.demo.sha256,
        hostIds: [fleet.hosts[host]!.id],
        reason: 'because',
      },
      null,
    );
    return fleet.jobs[0]!;
  };
  const [waiting, done] = [order(3), order(0)];
  await dashboard.api.rollouts.run(done, () => Promise.resolve());
  return { waiting, done };
}

function refusals(page: Page): string[] {
  const refused: string[] = [];
  page.on('response', (answer) => {
    if (answer.status() === 403) refused.push(answer.url());
  });
  return refused;
}

describe.each(Object.entries(PLACES))('%s', (role, places) => {
  it('has exactly its pages in the navigation, and none of them asks for what is refused', async () => {
    const { page, complaints } = await stage.open({ role: role as Role });
    const refused = refusals(page);
    await visit(page, '/');
    const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
    await links.first().waitFor();
    expect(await links.allInnerTexts()).toEqual(places);
    for (const place of places) {
      await links.filter({ hasText: place }).click();
      await page.getByRole('heading', { level: 1, name: place, exact: true }).waitFor();
    }
    await visit(page, `/hosts/${stage.fleet.hosts[12]!.id}`);
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByText('reported for the first time').or(page.getByText('Show older')).first().waitFor();

    expect(refused).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('a viewer', () => {
  it('meets no action that the server would refuse', async () => {
    const { waiting, done } = await jobs();
    const { page } = await stage.open({ role: 'viewer' });
    const held = `/hosts/${stage.fleet.hosts[12]!.id}`;
    const actions =
      /add (a|this) ca|enrol(?!led)|cancel|undo|release|revoke|manage|invite|make|select|permit|move|disable/i;
    for (const address of [
      '/',
      '/hosts',
      held,
      `${held}?tab=manage`,
      '/findings',
      '/jobs',
      '/orders',
      `/jobs/${waiting.id}`,
      `/jobs/${done.id}`,
      `/orders/${waiting.orderId}`,
      `/orders/${done.orderId}`,
    ]) {
      await page.goto(address);
      await page.locator('h1').first().waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      const main = page.getByRole('main');
      for (const kind of ['button', 'link', 'checkbox', 'tab'] as const)
        expect(await main.getByRole(kind, { name: actions }).count(), `${address}: ${kind}`).toBe(0);
    }
  });

  it.each([
    ['/orders/new', 'order changes'],
    ['/accounts', 'manage accounts and groups'],
    ['/activity', 'see what people did'],
  ])('is told plainly what %s is for, without its data being asked for', async (address, right) => {
    const { page, complaints } = await stage.open({ role: 'viewer' });
    const refused = refusals(page);
    await page.goto(address);
    await page.getByRole('heading', { level: 1, name: 'This page is not for your role' }).waitFor();
    await page.getByText(`You are signed in as Viewer, and that role may not ${right}.`).waitFor();

    expect(await axeFaults(page)).toEqual([]);
    expect(refused).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('an operator', () => {
  it('orders, cancels and undoes, and manages no host', async () => {
    const { waiting, done } = await jobs();
    const { page } = await stage.open({ role: 'operator' });
    await visit(page, '/');
    await page.getByRole('link', { name: 'Add a CA' }).waitFor();
    await visit(page, '/hosts');
    await page.getByRole('button', { name: 'Enrol a host' }).waitFor();
    await visit(page, `/jobs/${waiting.id}`);
    await page.getByRole('button', { name: 'Cancel job' }).waitFor();
    await visit(page, `/jobs/${done.id}`);
    await page.getByRole('button', { name: 'Undo this change' }).waitFor();
    await visit(page, `/hosts/${stage.fleet.hosts[12]!.id}`);
    await page.getByText('In quarantine: two machines use its key').waitFor();

    expect(await page.getByRole('button', { name: 'Release' }).count()).toBe(0);
    expect(await page.getByRole('tab', { name: 'Manage' }).count()).toBe(0);
  });
});

describe('a role that changes meanwhile', () => {
  it('is followed once the stream was away', async () => {
    const { page } = await stage.open({ role: 'auditor' });
    const account = stage.fleet.accounts.find((item) => item.role === 'auditor')!;
    await visit(page, '/');
    const activity = page.getByRole('link', { name: 'Activity' });
    await activity.waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    account.role = 'viewer';
    try {
      stage.dashboard.api.emit({ type: 'resync' });
      await activity.waitFor({ state: 'detached' });
    } finally {
      account.role = 'auditor';
    }
  });
});
