// `npm run pictures`: the README's pictures, taken from a fleet of the tests' own.
import path from 'node:path';
import { createAdministrator, ADMINISTRATOR } from './support/api-session.ts';
import { launchBrowser } from './support/browser.ts';
import { freshDataDir, ROOT, startFleet } from './support/running-fleet.ts';

const target = (name: string): string => path.join(ROOT, 'docs/pictures', name);

const data = freshDataDir();
const fleet = await startFleet({ dataDir: data.dataDir, env: { TRUSTFLEET_MACHINE_AGENT: '0', TRUSTFLEET_SANDBOX_NAME: 'lighting-07-sandbox' } });
const browser = await launchBrowser();
try {
  await createAdministrator(fleet.setupUrl ?? '');
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, locale: 'en-GB' });
  await page.goto(`${fleet.url}/sign-in`);
  await page.getByLabel('E-mail').fill(ADMINISTRATOR.email);
  await page.getByLabel('Password').fill(ADMINISTRATOR.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await page.goto(`${fleet.url}/hosts?q=-sandbox`);
  await page.getByRole('link', { name: /-sandbox$/ }).click();
  await page.getByText(/Demo studio CA is missing/).first().waitFor({ timeout: 60_000 });
  await page.screenshot({ path: target('host.png') });
} finally {
  await browser.close();
  await fleet.stop();
  data.remove();
}
