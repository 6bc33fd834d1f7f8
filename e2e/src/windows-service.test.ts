import { prepareWine, type WineLab } from '@trustfleet/testkit';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAdministrator, signIn, type ApiSession } from './support/api-session.ts';
import { launchBrowser } from './support/browser.ts';
import { cleanUpAfterAll } from './support/clean-up.ts';
import { freshDataDir, startFleet, type RunningFleet } from './support/running-fleet.ts';
import { launchAndProve, signInAsPerson, undoFromPage } from './support/walk.ts';
import { unpackForWindows, type WindowsPackage } from './support/windows-package.ts';

/**
 * The vendor's own fix, for a fleet: the Starfield Services root goes into the store of a Windows machine, ordered in the dashboard and
 * carried out by the packaged agent as a service of Windows (Wine 8 and its service manager; real Windows is not tried here).
 */

const THUMBPRINT = '925A8F8D2C6D04E0665F596AFF22D863E8256F3F';
const STARFIELD = 'Starfield Services Root Certificate Authority - G2';
const WAIT = { timeout: 90_000, interval: 500 };

interface Host {
  readonly id: string;
  readonly name: string;
  readonly presence: string;
  readonly permits: readonly string[];
  readonly sections: readonly { readonly name: string; readonly body: unknown }[];
}

const cleanUp = cleanUpAfterAll();
const data = freshDataDir();
cleanUp(() => {
  data.remove();
});
let fleet: RunningFleet;
let wine: WineLab;
let windows: WindowsPackage;
let api: ApiSession;
let browser: Browser;
let page: Page;

async function host(): Promise<Host> {
  const { items } = (await api.get('/api/v1/hosts?platform=windows')) as { items: Host[] };
  const [first] = items;
  if (first === undefined) throw new Error('no Windows host');
  return (await api.get(`/api/v1/hosts/${first.id}`)) as Host;
}

beforeAll(async () => {
  [wine, fleet] = await Promise.all([prepareWine(), startFleet({ dataDir: data.dataDir })]);
  cleanUp(() => fleet.stop());
  cleanUp(() => wine.dispose());
  windows = await unpackForWindows(wine);
  await createAdministrator(fleet.setupUrl ?? '');
  api = await signIn(fleet.url);
  browser = await launchBrowser();
  cleanUp(() => browser.close());
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  page = await context.newPage();
  await signInAsPerson(page, fleet.url);
});

describe('the agent as a service of Windows', () => {
  it('is installed from the package, enrols in the same step, and runs', async () => {
    const { token } = (await api.post('/api/v1/enrolment-tokens', {})).body as { token: string };
    const list = windows.put('permit.json', '{ "format": 1, "permits": ["trustStore.addAnchor"] }');

    const installed = await windows.agent('install', '--token', token, '--allow-list', list);

    expect(installed, installed.stderr + installed.stdout).toMatchObject({ exitCode: 0 });
    expect(installed.stdout).toContain('The service is installed and runs.');
    await expect.poll(async () => (await host()).presence, WAIT).toBe('online');
    expect((await host()).permits).toEqual(['trustStore.addAnchor']);
    const status = await windows.agent('status');
    expect(status.stdout).toMatch(/Service: +running/);
  });

  it('reports the stores of Windows, and which required root they lack', async () => {
    const storesOf = ({ sections }: Host): unknown =>
      sections.find(({ name }) => name === 'trustStores')?.body;
    await expect
      .poll(async () => storesOf(await host()), WAIT)
      .toMatchObject({
        stores: expect.arrayContaining([
          expect.objectContaining({
            id: 'windows.localMachine.root',
            operatingSystem: true,
            cannotChange: null,
          }),
          expect.objectContaining({ id: 'windows.localMachine.disallowed' }),
        ]) as unknown[],
      });
    expect(await windows.hasRoot(THUMBPRINT)).toBe(false);
  });

  it('adds the Starfield Services root, ordered in the dashboard, and proves it', async () => {
    await page.goto(`${fleet.url}/hosts/${(await host()).id}`);
    const finding = page
      .getByRole('row')
      .filter({ hasText: `${STARFIELD} is missing` })
      .first();
    await finding.getByRole('link', { name: /Add this CA/ }).click({ timeout: 60_000 });
    await page.getByRole('textbox', { name: 'Reason' }).fill('Uploads to S3 fail without it');
    await page.getByRole('button', { name: 'Plan first' }).click();
    await page.getByText(/in store windows\.localMachine\.root/).waitFor({ timeout: 60_000 });
    expect(await windows.hasRoot(THUMBPRINT)).toBe(false);

    await launchAndProve(page);

    expect(await windows.hasRoot(THUMBPRINT)).toBe(true);
    await page.getByRole('table').getByRole('link', { name: STARFIELD }).first().click();
    await page.getByText('The host signed this result and the server checked the signature.').waitFor();
    const stores = await windows.agent('stores', '--json');
    expect(stores.stdout.toUpperCase(), stores.stderr).toContain(THUMBPRINT);
  });

  it('takes it out again, from the job’s page', async () => {
    await undoFromPage(page);

    expect(await windows.hasRoot(THUMBPRINT)).toBe(false);
  });

  it('stops, starts as the same host, and leaves nothing when it is removed', async () => {
    const { id } = await host();
    expect(await windows.agent('stop')).toMatchObject({ exitCode: 0 });
    await expect.poll(async () => (await host()).presence, WAIT).toBe('offline');
    expect(await windows.agent('start')).toMatchObject({ exitCode: 0 });
    await expect.poll(async () => (await host()).presence, WAIT).toBe('online');
    expect((await host()).id).toBe(id);

    const removed = await windows.agent('uninstall', '--purge');

    expect(removed, removed.stderr).toMatchObject({ exitCode: 0 });
    await expect.poll(async () => (await host()).presence, WAIT).toBe('offline');
    expect((await windows.agent('status')).stdout).toMatch(/Service: +(not installed|none|absent)/);
  });
});
