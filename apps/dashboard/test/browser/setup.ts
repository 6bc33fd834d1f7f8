import type { Role } from '@trustfleet/api';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchBrowser, openReader, signIn, type Reader } from '../fixture/browser.ts';
import { startDashboard, type RunningDashboard } from '../fixture/dashboard.ts';
import { buildFleet, type Fleet } from '../fixture/fleet.ts';

const STEP_MS = 40;

export interface Stage {
  readonly fleet: Fleet;
  readonly dashboard: RunningDashboard;
  /** A browser of its own for one test; signed in unless told otherwise. */
  open(
    reader?: Reader & { readonly signedIn?: boolean; readonly role?: Role },
  ): Promise<{ context: BrowserContext; page: Page; complaints: string[] }>;
}

function started<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the stage has not been set: its beforeAll failed');
  return part;
}

/** Opens a page of somebody who is signed in, and waits until it answers to what a person does: React has taken it over. */
export async function visit(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByText('Live', { exact: true }).waitFor();
}

/** The built dashboard, the fixture API and Chromium for the tests of one file. */
export function useStage({
  hosts = 30,
  setupToken,
}: { readonly hosts?: number; readonly setupToken?: string } = {}): Stage {
  let browser: Browser | undefined;
  let fleet: Fleet;
  let dashboard: RunningDashboard | undefined;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    fleet = await buildFleet(hosts);
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, STEP_MS));
    dashboard = await startDashboard({ fleet, pause, ...(setupToken === undefined ? {} : { setupToken }) });
    browser = await launchBrowser();
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
  });
  return {
    get fleet() {
      return fleet;
    },
    get dashboard() {
      return started(dashboard);
    },
    async open({ signedIn = true, role = 'administrator', ...reader } = {}) {
      const opened = await openReader(started(browser), started(dashboard).origin, reader);
      contexts.push(opened.context);
      if (signedIn) await signIn(opened.context, role);
      return opened;
    },
  };
}

/** What the page posts to this address next; a read of the same address is not it. */
export function posted(page: Page, suffix: string): Promise<Request> {
  return page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith(suffix));
}
