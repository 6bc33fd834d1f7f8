import { describe, expect, it } from 'vitest';
import { axeFaults } from '../fixture/browser.ts';
import { posted, useStage, visit } from './setup.ts';

const stage = useStage();
const PAGE = '/settings/endpoints';
const addresses = () => stage.fleet.endpoints.map(({ host, port }) => `${host}:${port}`).sort();

describe('endpoints', () => {
  it('are added with the programs and the group that they count for, changed, and removed after a word of warning', async () => {
    const { page, complaints } = await stage.open();
    await visit(page, PAGE);
    await page.getByRole('button', { name: 'Add an endpoint' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Give the endpoint a name.').waitFor();
    await dialog.getByText(/This is no address/).waitFor();
    await dialog.getByLabel('Name').fill('Farm licence server');
    await dialog.getByLabel('Address').fill('https://Licence.example:8443/login');
    await dialog.getByRole('combobox', { name: 'Counts for' }).selectOption({ label: 'Render farm' });
    await dialog.getByRole('checkbox', { name: /All programs/ }).uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Choose at least one program.').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole('checkbox', { name: 'curl' }).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const row = page.getByRole('row').filter({ hasText: 'Farm licence server' });
    await row.getByText('licence.example:8443').waitFor();
    await row.getByRole('link', { name: 'Render farm' }).waitFor();
    expect(stage.fleet.endpoints.at(-1)).toMatchObject({
      ...{ host: 'licence.example', port: 8443, clients: ['curl'] },
      group: { name: 'Render farm' },
    });

    await page.getByRole('button', { name: 'Change Farm licence server' }).click();
    await dialog.getByLabel('Address').fill('licence.example');
    await dialog.getByRole('checkbox', { name: /All programs/ }).check();
    await dialog.getByRole('combobox', { name: 'Counts for' }).selectOption({ label: 'All hosts' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row.getByText('licence.example:443').waitFor();
    expect(stage.fleet.endpoints.at(-1)).toMatchObject({ port: 443, clients: [], group: null });

    await page.getByRole('button', { name: 'Remove Farm licence server' }).click();
    await page.getByText('Agents stop reaching for it, and its findings are closed.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('licence.example:443').waitFor({ state: 'detached' });

    expect(addresses()).toEqual(['pypi.org:443']);
    expect(complaints).toEqual([]);
  });

  it('that the server refuses say why, in words', async () => {
    const { page } = await stage.open();
    await visit(page, PAGE);
    await page.getByRole('button', { name: 'Add an endpoint' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Once more');
    await dialog.getByLabel('Address').fill('pypi.org');
    await dialog.getByRole('button', { name: 'Save' }).click();

    await dialog.getByText(/There is an endpoint with this address already/).waitFor();
    await dialog.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'From a ShotGrid site' }).click();
    await dialog.getByLabel('Name of the site').fill('not a site');
    await dialog.getByRole('button', { name: 'Propose endpoints' }).click();
    await dialog.getByText(/This is no name of a ShotGrid site/).waitFor();
  });

  it('come from the name of a site, what is there already left out', async () => {
    const { page, complaints } = await stage.open();
    await visit(page, PAGE);
    await page.getByRole('button', { name: 'From a ShotGrid site' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Propose endpoints' }).click();
    await dialog.getByText('Write the name of the site.').waitFor();
    await dialog.getByLabel('Name of the site').fill('studio');
    await dialog.getByRole('combobox', { name: 'Region of the media' }).selectOption({ label: 'Ireland' });
    await dialog.getByRole('button', { name: 'Propose endpoints' }).click();
    await dialog.getByText('sg-media-ireland.s3.amazonaws.com').waitFor();
    expect(await dialog.getByRole('checkbox', { name: /Python package index/ }).isDisabled()).toBe(true);
    await dialog.getByRole('checkbox', { name: /accelerated/ }).uncheck();
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Add 4 endpoints' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('tank.shotgunstudio.com:443').waitFor();

    expect(addresses()).toEqual([
      'files.pythonhosted.org:443',
      'pypi.org:443',
      'sg-media-ireland.s3.amazonaws.com:443',
      'studio.shotgrid.autodesk.com:443',
      'tank.shotgunstudio.com:443',
    ]);
    expect(complaints).toEqual([]);
    // What hosts name and is no endpoint yet stays proposed.
    await page.getByText('old.shotgunstudio.com:8443').waitFor();
    expect(await page.getByRole('button', { name: 'Add studio.shotgrid.autodesk.com:443' }).count()).toBe(0);
  });

  it('are proposed from what hosts name', async () => {
    const { page } = await stage.open();
    await visit(page, PAGE);
    const row = page.getByRole('row').filter({ hasText: 'old.shotgunstudio.com:8443' });
    await row.getByText('1 host').waitFor();
    await row.getByRole('button', { name: 'Add old.shotgunstudio.com:8443' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Address').inputValue()).toBe('old.shotgunstudio.com:8443');
    const sent = posted(page, '/endpoints');
    await dialog.getByRole('button', { name: 'Save' }).click();

    expect((await sent).postDataJSON()).toMatchObject({
      ...{ name: 'ShotGrid site', host: 'old.shotgunstudio.com', port: 8443, groupId: null },
      clients: ['shotgun_api3.crud', 'shotgun_api3.form', 'toolkit.urlopen'],
    });
    await page.locator('[aria-label="Add old.shotgunstudio.com:8443"]').waitFor({ state: 'detached' });
  });

  it('are read by everybody and changed by administrators', async () => {
    const { page } = await stage.open({ role: 'viewer' });
    await visit(page, PAGE);
    await page.getByText('pypi.org:443').waitFor();

    expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
    expect(await page.getByText('Found on hosts').count()).toBe(0);
  });

  it('by keyboard alone, in Korean and in the dark', async () => {
    const { page, complaints } = await stage.open({ locale: 'ko-KR', colorScheme: 'dark' });
    await page.goto(PAGE);
    await page.getByText('실시간', { exact: true }).waitFor();
    await page.getByRole('button', { name: '엔드포인트 추가', exact: true }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('이름').focus();
    await page.keyboard.type('사이트');
    await page.keyboard.press('Tab');
    await page.keyboard.type('keyboard.example');
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('keyboard.example:443').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: '사이트 제거' }).focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    expect(addresses()).toContain('keyboard.example:443');
    expect(complaints).toEqual([]);
  });
});

describe('findings', () => {
  it('are grouped over the fleet by cause, and a cause shows its hosts', async () => {
    const { page, complaints } = await stage.open();
    await visit(page, '/findings');
    const causes = page.getByRole('region', { name: 'By cause' });
    const row = causes.getByRole('row').filter({ hasText: 'Its CA bundle is too old' });
    expect((await row.getByRole('cell').allInnerTexts()).slice(-2).map((text) => text.trim().at(-1))).toEqual(
      ['2', '2'],
    );
    await row.getByRole('button', { name: 'Show findings of: Its CA bundle is too old' }).click();
    await page.waitForURL(/cause=bundleStale/);
    const list = page.getByRole('region', { name: 'Findings', exact: true });
    await expect.poll(() => list.getByRole('row').count()).toBe(3);
    await list
      .getByText('requests, /opt/pipeline/bin/python3.11: ShotGrid site (studio.shotgrid.autodesk.com:443)')
      .first()
      .waitFor();
    await list.getByText('Programs of render').first().waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('combobox', { name: 'Cause' }).selectOption({ label: 'All causes' });
    await expect.poll(() => list.getByRole('row').count()).toBe(26);

    expect(complaints).toEqual([]);
  });
});

describe('a host', () => {
  it('that is connected is asked to probe now', async () => {
    const { page } = await stage.open();
    await visit(page, `/hosts/${stage.fleet.hosts[0]!.id}`);
    const sent = posted(page, '/request');
    await page.getByRole('button', { name: 'Probe now' }).click();
    expect((await sent).postDataJSON()).toEqual({ what: 'probe' });
    await page.getByText('The host was asked.').waitFor();
    await visit(page, `/hosts/${stage.fleet.hosts[3]!.id}`);

    expect(await page.getByRole('button', { name: 'Probe now' }).count()).toBe(0);
  });
});
