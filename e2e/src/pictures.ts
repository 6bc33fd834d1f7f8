// `npm run pictures`: the README's picture, taken from a fleet of the tests' own.
import path from 'node:path';
import { createAdministrator } from './support/api-session.ts';
import { launchBrowser } from './support/browser.ts';
import { freshDataDir, ROOT, startFleet } from './support/running-fleet.ts';
import {
  DEMO_FINDING,
  launchAndProve,
  openSandboxHost,
  planFromFinding,
  signInAsPerson,
} from './support/walk.ts';

const data = freshDataDir();
const fleet = await startFleet({
  dataDir: data.dataDir,
  env: { TRUSTFLEET_MACHINE_AGENT: '0', TRUSTFLEET_SANDBOX_NAME: 'lighting-07-sandbox' },
});
const browser = await launchBrowser();
try {
  await createAdministrator(fleet.setupUrl ?? '');
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, locale: 'en-GB' });
  await signInAsPerson(page, fleet.url);
  await openSandboxHost(page, fleet.url);
  await page.getByText(DEMO_FINDING).first().waitFor({ timeout: 60_000 });
  await planFromFinding(page);
  await launchAndProve(page);
  await page.goto(`${fleet.url}/jobs`);
  await page.getByRole('row').nth(1).getByRole('link').first().click();
  await page.getByRole('heading', { level: 1, name: 'Demo studio CA' }).waitFor();
  await page.getByText('Verified', { exact: true }).first().waitFor();
  await page.screenshot({ path: path.join(ROOT, 'docs/pictures/job.png') });
} finally {
  await browser.close();
  await fleet.stop();
  data.remove();
}
