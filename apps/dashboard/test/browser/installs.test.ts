import { describe, expect, it } from 'vitest';
import { axeFaults } from '../fixture/browser.ts';
import { useStage, visit } from './setup.ts';

const stage = useStage();
const PAGE = '/installs';

describe('shared installs', () => {
  it('are listed once for all their hosts, narrowed by address, and say where hosts see different contents', async () => {
    const { page, complaints } = await stage.open();
    await visit(page, '/');
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: 'Shared installs' })
      .click();
    await page.getByRole('heading', { name: 'Shared installs', level: 1 }).waitFor();
    const rows = page.getByRole('row').filter({ hasText: 'filer' });
    await expect.poll(() => rows.count()).toBe(5);
    expect(await rows.filter({ hasText: 'hosts see different contents' }).count()).toBe(2);
    await rows.filter({ hasText: '/tools/studio/install/core' }).getByText('could not be read').waitFor();
    expect(await axeFaults(page)).toEqual([]);

    await page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: 'CA file' });
    await expect.poll(() => rows.count()).toBe(1);
    expect(page.url()).toContain('kind=bundle');
    await page.goBack();
    await page.getByRole('combobox', { name: 'Content' }).selectOption('differing');
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByRole('searchbox', { name: 'Search by export or path' }).fill('nowhere');
    await page.getByText('Nothing matches').waitFor();
    expect(complaints).toEqual([]);
  });

  it('show their hosts with their mounts, what fails there, and what others see in their place', async () => {
    const { page, complaints } = await stage.open();
    await visit(page, `${PAGE}?kind=shotgunApi`);
    const row = page.getByRole('row').filter({ hasText: '3.8.4' });
    // By keyboard.
    await row.getByRole('link').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Copy of shotgun_api3', level: 1 }).waitFor();

    await page.getByText('Hosts see different contents here').waitFor();
    const hosts = page.getByRole('region', { name: 'Hosts that use it' }).getByRole('row');
    await expect.poll(() => hosts.count()).toBe(11);
    await hosts.filter({ hasText: '/mnt/tools/python/shotgun_api3/shotgun.py' }).first().waitFor();
    await hosts.filter({ hasText: 'by its network path' }).first().waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => hosts.count()).toBe(21);

    await page.getByRole('link', { name: /version 3\.0\.36, content/ }).click();
    await expect.poll(() => hosts.count()).toBe(3);
    await page.getByRole('region', { name: 'What does not work through it' }).getByRole('link').click();
    await page.waitForURL(/findings\?cause=bundleStale/);
    expect(complaints).toEqual([]);
  });

  it('are led to from a host’s ShotGrid tab, which says who else uses them', async () => {
    const { page } = await stage.open();
    const host = stage.fleet.hosts[0]!;
    await visit(page, `/hosts/${host.id}?tab=shotgrid`);
    await page.getByRole('link', { name: /shared with \d+ other hosts/ }).click();

    await page.getByRole('heading', { name: 'Copy of shotgun_api3', level: 1 }).waitFor();
    await page.getByRole('link', { name: host.name }).first().waitFor();
  });

  it('have a page in Korean, and one of their own where there is none', async () => {
    const { page } = await stage.open({ locale: 'ko-KR' });
    await page.goto(PAGE);
    await page.getByRole('heading', { name: '공유 설치', level: 1 }).waitFor();
    const answer = await page.goto(`${PAGE}/${'0'.repeat(64)}`);

    expect([200, 404]).toContain(answer?.status());
    await page.getByRole('heading', { level: 1 }).waitFor();
  });
});
