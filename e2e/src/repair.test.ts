import { createTlsLab, type LabServer } from '@trustfleet/testkit';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './support/accessibility.ts';
import { createAdministrator, signIn, type ApiSession } from './support/api-session.ts';
import { launchBrowser } from './support/browser.ts';
import { cleanUpAfterAll } from './support/clean-up.ts';
import { freshDataDir, startFleet, type RunningFleet } from './support/running-fleet.ts';
import { demoStudioCa, runBeside, sandboxAgentPid } from './support/sandbox-host.ts';
import { openSandboxHost, signInAsPerson, undoFromPage } from './support/walk.ts';

/** A look, a probe and a report follow a change by themselves; the agent's own pauses lie in between. */
const LIMIT = { timeout: 120_000 };
const SYSTEM_PYTHON = '/usr/bin/python3';
const CONNECT = `
import socket, ssl, sys
try:
    with socket.create_connection(('localhost', int(sys.argv[1])), timeout=10) as raw:
        with ssl.create_default_context().wrap_socket(raw, server_hostname='localhost'):
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
let api: ApiSession;
let server: LabServer;

const address = (): string => `localhost:${server.port}`;

/** What a program that nobody of ours started says of the server. */
async function realPython(): Promise<string> {
  const pid = sandboxAgentPid(data.dataDir);
  if (pid === undefined) throw new Error('the sandbox agent does not run');
  const argv = [SYSTEM_PYTHON, '-c', CONNECT, String(server.port)];
  return (await runBeside(pid, argv)).output.trim();
}

/** Reason, plan, launch, on the page of a new order whose change and hosts are chosen. */
async function planAndLaunch(expected: RegExp): Promise<void> {
  await page.getByRole('textbox', { name: 'Reason' }).fill('The artists’ tools cannot reach it');
  await page.getByRole('button', { name: 'Plan first' }).click();
  await page.getByText(expected).first().waitFor(LIMIT);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Launch now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Launch now' }).click();
  await page.getByText('Verified', { exact: true }).first().waitFor(LIMIT);
}

beforeAll(async () => {
  fleet = await startFleet({ dataDir: data.dataDir });
  cleanUp(() => fleet.stop());
  await createAdministrator(fleet.setupUrl ?? '');
  api = await signIn(fleet.url);
  const lab = createTlsLab();
  cleanUp(() => lab.close());
  server = await lab.serve(await lab.leaf(demoStudioCa(data.dataDir)));
  await api.post('/api/v1/endpoints', {
    name: 'Licence server',
    host: 'localhost',
    port: server.port,
  });
  browser = await launchBrowser();
  cleanUp(() => browser.close());
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  await signInAsPerson(page, fleet.url);
});

describe('a program that cannot verify a server', () => {
  it('is a finding that leads to the repair of its trust', async () => {
    expect(await realPython()).toMatch(/^verify_code=(?:19|20|21)$/);
    await openSandboxHost(page, fleet.url);
    const finding = page
      .getByRole('row')
      .filter({ hasText: address() })
      .filter({ hasText: SYSTEM_PYTHON })
      .filter({ hasText: 'ssl (urllib)' })
      .first();
    await finding.getByRole('link', { name: 'Repair trust' }).click(LIMIT);

    await page.getByText('For 1 program and server of the finding.').waitFor();
    const anchors = page.getByRole('group', { name: 'CAs for the system’s store' });
    await anchors.getByLabel('Demo studio CA').click();
    await page.getByRole('button', { name: 'Take these' }).click();
  });

  it('is planned with what verifies otherwise afterwards, repaired, and proved by the same handshakes', async () => {
    await planAndLaunch(/fails → verifies/);

    expect(await realPython()).toBe('verify_code=0');
  });

  it('undone, it fails as before', async () => {
    const { items } = (await api.get('/api/v1/jobs?pageSize=50')) as {
      items: { id: string; remedy: string; mode: string }[];
    };
    const job = items.find(({ remedy, mode }) => remedy === 'trust.repair' && mode === 'apply');
    await page.goto(`${fleet.url}/jobs/${job?.id ?? ''}`);
    await page.getByRole('heading', { name: 'Proved by handshakes' }).waitFor(LIMIT);
    await undoFromPage(page);

    expect(await realPython()).toMatch(/^verify_code=(?:19|20|21)$/);
  });
});

describe('a variable', () => {
  it('that would name no file is refused with the reason, and nothing is changed', async () => {
    const { items } = (await api.get('/api/v1/hosts?q=-sandbox')) as { items: { id: string }[] };
    await page.goto(`${fleet.url}/orders/new?hosts=${items[0]?.id ?? ''}`);
    await page.getByLabel('Change', { exact: true }).selectOption('Set a variable');
    await page.getByLabel('Variable', { exact: true }).selectOption('REQUESTS_CA_BUNDLE');
    await page.getByLabel('Value', { exact: true }).selectOption('Another file');
    await page.getByRole('textbox', { name: 'File' }).fill('/srv/no-such-bundle.pem');
    await page.getByRole('button', { name: 'Take these' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('A try');
    await page.getByRole('button', { name: 'Plan first' }).click();

    await page.getByText('Would not help', { exact: true }).first().waitFor(LIMIT);
    expect(await page.getByRole('button', { name: 'Launch now' }).isDisabled()).toBe(true);
  });
});
