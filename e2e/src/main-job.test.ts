import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createTlsLab, type LabCertificate, type LabServer, type TlsLab } from '@trustfleet/testkit';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADMINISTRATOR } from './support/api-session.ts';
import { expectAccessible } from './support/accessibility.ts';
import { launchBrowser } from './support/browser.ts';
import { cleanUpAfterAll } from './support/clean-up.ts';
import { freshDataDir, startFleet, type RunningFleet } from './support/running-fleet.ts';
import { demoStudioCa, runBeside, sandboxAgentPid } from './support/sandbox-host.ts';
import {
  DEMO_FINDING,
  launchAndProve,
  openSandboxHost,
  planFromFinding,
  undoFromPage,
} from './support/walk.ts';

/** Python's own default context against a local server; prints the verify code, 0 when it verified. */
const PYTHON_HANDSHAKE = `
import socket, ssl, sys
context = ssl.create_default_context()
try:
    with socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5) as plain:
        with context.wrap_socket(plain, server_hostname='localhost'):
            print('verify_code=0')
except ssl.SSLCertVerificationError as error:
    print('verify_code=%d' % error.verify_code)
`;

const cleanUp = cleanUpAfterAll();
const data = freshDataDir();
cleanUp(() => {
  data.remove();
});
let fleet: RunningFleet;
let browser: Browser;
let page: Page;
let leaf: LabCertificate;
let server: LabServer;
const blockedByCsp: string[] = [];

beforeAll(async () => {
  fleet = await startFleet({ dataDir: data.dataDir });
  cleanUp(() => fleet.stop());
  const lab: TlsLab = createTlsLab();
  cleanUp(() => lab.close());
  const authority = demoStudioCa(data.dataDir);
  leaf = await lab.leaf(authority);
  server = await lab.serve(leaf);
  browser = await launchBrowser();
  cleanUp(() => browser.close());
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) blockedByCsp.push(message.text());
  });
});

async function trustInSandbox(): Promise<{ openssl: number; python: string }> {
  const pid = sandboxAgentPid(fleet.dataDir) ?? 0;
  const leafFile = path.join(path.dirname(fleet.dataDir), 'leaf.pem');
  writeFileSync(leafFile, leaf.pem);
  const openssl = await runBeside(pid, [
    'openssl',
    'verify',
    '-CAfile',
    '/etc/ssl/certs/ca-certificates.crt',
    leafFile,
  ]);
  const python = await runBeside(pid, ['/usr/bin/python3', '-c', PYTHON_HANDSHAKE, String(server.port)]);
  return { openssl: openssl.code, python: python.output.trim() };
}

describe('the main job', () => {
  it('makes the first administrator by the one-time link, which then works no more', async () => {
    await page.goto(fleet.setupUrl ?? '');
    await page.getByRole('textbox', { name: 'Name' }).fill(ADMINISTRATOR.name);
    await page.getByRole('textbox', { name: 'E-mail' }).fill(ADMINISTRATOR.email);
    await page.getByLabel('Password').fill(ADMINISTRATOR.password);
    await page.getByRole('button', { name: 'Make administrator' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();

    const stranger = await browser.newPage();
    await stranger.goto(fleet.setupUrl ?? '');

    await expect.poll(() => stranger.getByText('An administrator exists already').isVisible()).toBe(true);
    await stranger.close();
  });

  it('shows nothing to a browser that is not signed in', async () => {
    const stranger = await browser.newPage();
    await stranger.goto(`${fleet.url}/hosts`);

    await expect.poll(() => new URL(stranger.url()).pathname).toBe('/sign-in');
    await stranger.close();
  });

  it('shows both hosts online and the required anchors, the public ones met', async () => {
    await page.goto(`${fleet.url}/hosts`);
    await expect
      .poll(() => page.getByRole('link', { name: /-sandbox$/ }).count(), { timeout: 60_000 })
      .toBe(1);
    await page.goto(fleet.url);

    await expect
      .poll(() => page.getByRole('row', { name: /Starfield Services/ }).textContent(), { timeout: 60_000 })
      .toMatch(/Met on all|2/);
    await expectAccessible(page);
  });

  it('says that the sandbox host lacks the Demo studio CA, and the tools there agree', async () => {
    await openSandboxHost(page, fleet.url);

    await expect.poll(() => page.getByText(DEMO_FINDING).first().isVisible(), { timeout: 60_000 }).toBe(true);
    await expectAccessible(page);
    await expect(trustInSandbox()).resolves.toMatchObject({
      openssl: 2,
      python: expect.stringMatching(/verify_code=(19|20|21)/) as string,
    });
  });

  it('plans, launches and proves the fix while a second page watches the finding go, without reload', async () => {
    const watcher = await page.context().newPage();
    await openSandboxHost(watcher, fleet.url);
    await watcher.getByText(DEMO_FINDING).first().waitFor();
    await watcher.evaluate(() => {
      (globalThis as { neverReloaded?: boolean }).neverReloaded = true;
    });

    await planFromFinding(page);
    await expectAccessible(page);
    await launchAndProve(page);

    await expect.poll(() => watcher.getByText(DEMO_FINDING).count(), { timeout: 60_000 }).toBe(0);
    expect(await watcher.evaluate(() => (globalThis as { neverReloaded?: boolean }).neverReloaded)).toBe(
      true,
    );
    await expect(trustInSandbox()).resolves.toEqual({ openssl: 0, python: 'verify_code=0' });
    await watcher.close();
  });

  it('takes the change back from the job’s page, and the finding is there again', async () => {
    await page.goto(`${fleet.url}/jobs`);
    const applied = page.getByRole('row').filter({ hasText: 'Change' }).filter({ hasText: 'Verified' });
    await applied.getByRole('link', { name: 'Demo studio CA' }).first().click();

    await undoFromPage(page);

    await expect(trustInSandbox()).resolves.toMatchObject({ openssl: 2 });
    await openSandboxHost(page, fleet.url);
    await page.getByText(DEMO_FINDING).first().waitFor({ timeout: 60_000 });
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await expect.poll(() => page.getByText('Anchor left').count(), { timeout: 60_000 }).toBeGreaterThan(0);
    await expectAccessible(page);
  });

  it('left the machine’s own store as it was', () => {
    const own = readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8');
    const body = demoStudioCa(data.dataDir).pem.split('\n').slice(1, -2).join('');

    expect(own.replaceAll('\n', '')).not.toContain(body);
  });

  it('was not stopped by its own content security policy', () => {
    expect(blockedByCsp).toEqual([]);
  });
});
