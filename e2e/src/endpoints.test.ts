import { createTlsLab, type LabServer } from '@trustfleet/testkit';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import { createAdministrator } from './support/api-session.ts';
import { launchBrowser } from './support/browser.ts';
import { cleanUpAfterAll } from './support/clean-up.ts';
import { freshDataDir, startFleet, type RunningFleet } from './support/running-fleet.ts';
import { demoStudioCa } from './support/sandbox-host.ts';
import {
  DEMO_FINDING,
  launchAndProve,
  openSandboxHost,
  planFromFinding,
  signInAsPerson,
} from './support/walk.ts';

/** A look, a probe and a report follow a change by themselves; the agent's own pauses lie in between. */
const LIMIT = { timeout: 120_000 };
const SYSTEM_PYTHON = '/usr/bin/python3';

const cleanUp = cleanUpAfterAll();
const data = freshDataDir();
cleanUp(() => {
  data.remove();
});
let fleet: RunningFleet;
let browser: Browser;
let page: Page;
let server: LabServer;

const address = (): string => `localhost:${server.port}`;

/** The cell of Python's own ssl, whatever it says. */
const sslCell = (words: string) =>
  page.getByRole('button', { name: `ssl (urllib), ${address()}: ${words}` }).first();

async function openPythons(): Promise<void> {
  await openSandboxHost(page, fleet.url);
  await page.getByRole('tab', { name: 'Pythons' }).click();
}

beforeAll(async () => {
  fleet = await startFleet({ dataDir: data.dataDir });
  cleanUp(() => fleet.stop());
  await createAdministrator(fleet.setupUrl ?? '');
  const lab = createTlsLab();
  cleanUp(() => lab.close());
  server = await lab.serve(await lab.leaf(demoStudioCa(data.dataDir)));
  browser = await launchBrowser();
  cleanUp(() => browser.close());
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  await signInAsPerson(page, fleet.url);
});

describe('an endpoint', () => {
  it('is named in the settings, and reaches the agents that are connected', async () => {
    await page.goto(`${fleet.url}/settings/endpoints`);
    await page.getByRole('button', { name: 'Add an endpoint' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Licence server');
    await dialog.getByRole('textbox', { name: 'Address' }).fill(address());
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row').filter({ hasText: 'Licence server' }).getByText(address()).waitFor();

    await openPythons();
    await expect.poll(() => page.getByRole('columnheader', { name: address() }).count(), LIMIT).toBe(1);
    await expectAccessible(page);
  });

  it('is judged by every program: which of them does not verify it, and the one cause', async () => {
    await page.getByRole('rowheader', { name: SYSTEM_PYTHON, exact: true }).waitFor(LIMIT);
    await sslCell('CA missing').waitFor(LIMIT);

    await sslCell('CA missing').click();

    const dialog = page.getByRole('dialog');
    await dialog
      .getByText(/\(code (?:19|20|21)\)/)
      .first()
      .waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
  });

  it('was really tried, by the same Python', async () => {
    await sslCell('CA missing').click();
    const dialog = page.getByRole('dialog');
    await expect
      .poll(() => dialog.getByText(/\(code (?:19|20|21)\)/).count(), LIMIT)
      .toBeGreaterThanOrEqual(2);
    await page.keyboard.press('Escape');
    expect(await page.getByText('prediction differs').count()).toBe(0);
  });

  it('is a finding of this host', async () => {
    await page.goto(`${fleet.url}/findings`);

    await expect.poll(() => page.getByText(address()).count(), LIMIT).toBeGreaterThan(0);
  });

  it('verifies once the CA is there: predicted at once, and tried again', async () => {
    await openSandboxHost(page, fleet.url);
    await page.getByText(DEMO_FINDING).first().waitFor(LIMIT);
    await planFromFinding(page);
    await launchAndProve(page);
    await openPythons();

    await sslCell('verifies').waitFor(LIMIT);
  });

  it('goes again when it is taken out of the settings', async () => {
    await page.goto(`${fleet.url}/settings/endpoints`);
    await page.getByRole('button', { name: 'Remove Licence server' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await openPythons();

    await expect.poll(() => page.getByRole('columnheader', { name: address() }).count(), LIMIT).toBe(0);
  });
});
