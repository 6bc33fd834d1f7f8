import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { axeFaults } from '../fixture/browser.ts';
import { HOSTILE_HOST } from '../fixture/fleet.ts';
import { installsOf } from '../fixture/installs.ts';
import { useStage } from './setup.ts';

const stage = useStage();
let addresses: readonly (readonly [string, string])[] = [];

beforeAll(async () => {
  const { fleet, dashboard } = stage;
  const ask = (mode: 'plan' | 'apply', host: number) =>
    dashboard.api.rollouts.create(
      {
        remedy: 'trustStore.addAnchor',
        mode,
        anchorSha256: fleet.demo.sha256,
        hostIds: [fleet.hosts[host]!.id],
        reason: 'because',
      },
      null,
    );
  const order = ask('apply', 0);
  const [done, denied] = [fleet.jobs[0]!, (ask('plan', 1), fleet.jobs[0]!)];
  await dashboard.api.rollouts.run(done, () => Promise.resolve());
  await dashboard.api.rollouts.run(denied, () => Promise.resolve());
  const host = `/hosts/${fleet.hosts[3]!.id}`;
  addresses = [
    ['overview', '/'],
    ['hosts', '/hosts'],
    ['hosts, nothing found', '/hosts?q=nothing'],
    ['host', host],
    ...['stores', 'bundles', 'pythons', 'variables', 'system', 'jobs'].map(
      (tab) => [`host, ${tab}`, `${host}?tab=${tab}`] as const,
    ),
    ['certificate', `${host}?tab=stores&certificate=${fleet.required[0]!.sha256}`],
    ['host without report', `/hosts/${fleet.hosts[9]!.id}?tab=stores`],
    ['findings', '/findings'],
    ['closed findings', '/findings?state=closed'],
    [
      'new order',
      `/orders/new?anchor=${fleet.demo.sha256}&hosts=${fleet.hosts
        .slice(0, 4)
        .map((item) => item.id)
        .join(',')}`,
    ],
    ['new order, paste', '/orders/new'],
    ['order', `/orders/${order.id}`],
    ['host, timeline', `${host}?tab=timeline`],
    ['host, manage', `${host}?tab=manage`],
    ['revoked host', `/hosts/${fleet.hosts[11]!.id}`],
    ['host in quarantine', `/hosts/${fleet.hosts[12]!.id}`],
    ['host with a wrong clock', `/hosts/${fleet.hosts[14]!.id}`],
    ['orders', '/orders'],
    ['accounts', '/accounts'],
    ['activity', '/activity'],
    ['settings', '/settings/endpoints'],
    ['jobs', '/jobs'],
    ['shared installs', '/installs'],
    ['shared install', `/installs/${installsOf(fleet)[1]!.id}`],
    ['host, shotgrid', `${host}?tab=shotgrid`],
    ['verified job', `/jobs/${done.id}`],
    ['job not permitted', `/jobs/${denied.id}`],
  ];
});

const settle = async (page: Page): Promise<void> => {
  await page.locator('h1').first().waitFor();
  await page.waitForLoadState('networkidle').catch((error: unknown) => {
    if (!String(error).includes('Timeout')) throw error;
  });
};

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it(
    'axe finds nothing on any page, nothing breaks the CSP, nothing hydrates differently',
    { timeout: 300_000 },
    async () => {
      const { page, complaints } = await stage.open({ colorScheme });
      const faults: string[] = [];
      page.setDefaultTimeout(15_000);
      for (const [name, address] of addresses) {
        await page.goto(address);
        await page.locator('h1').first().waitFor();
        await page.getByText('Live', { exact: true }).waitFor();
        faults.push(
          ...(await axeFaults(page)).map((fault) => `${name}: ${fault}`),
          ...complaints.splice(0).map((complaint) => `${name}: ${complaint}`),
        );
      }

      expect(faults).toEqual([]);
    },
  );
});

describe('in Korean', () => {
  it('a first visit follows Accept-Language, and no English sentence is left on the main pages', async () => {
    const { page, complaints } = await stage.open({ locale: 'ko-KR' });
    const english: string[] = [];
    for (const [name, address] of addresses.filter(([item]) =>
      ['overview', 'hosts', 'host', 'new order, paste', 'jobs'].includes(item),
    )) {
      await page.goto(address);
      await page.locator('h1').first().waitFor();
      const text = await page.locator('body').innerText();
      // Three Latin words in a row that are no name of a thing: a sentence that nobody translated.
      english.push(
        ...(text.match(/\b(?:the|this|are|was|with|and|not)\b [a-z]+ [a-z]+/gi) ?? []).map(
          (found) => `${name}: ${found}`,
        ),
      );
    }

    expect(await page.locator('html').getAttribute('lang')).toBe('ko');
    expect(english).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('the switch changes the language without losing the place, and the choice stays', async () => {
    const { page } = await stage.open();
    await page.goto('/hosts?presence=offline');
    await page.getByRole('combobox', { name: 'Language' }).selectOption('ko');
    await page.getByRole('heading', { name: '호스트', level: 1 }).waitFor();
    expect(page.url()).toContain('presence=offline');
    await page.goto('/jobs');

    await page.getByRole('heading', { name: '작업', level: 1 }).waitFor();
  });
});

describe('the theme switch', () => {
  it('overrides the system and is there at the first paint of the next page', async () => {
    const { page } = await stage.open({ colorScheme: 'light' });
    await page.goto('/');
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
    await expect.poll(background).not.toBe(light);
    await page.goto('/hosts');

    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(await background()).not.toBe(light);
  });
});

describe('by keyboard', () => {
  it('the first stop skips to the content', async () => {
    const { page } = await stage.open();
    await page.goto('/hosts');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');

    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
  });

  it('arrows move between the parts of a host, and the address follows', async () => {
    const { page } = await stage.open();
    await page.goto(`/hosts/${stage.fleet.hosts[3]!.id}`);
    await page.getByRole('tab', { name: 'Findings' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/tab=stores/);

    expect(await page.getByRole('tab', { name: 'Trust stores' }).getAttribute('aria-selected')).toBe('true');
  });

  it('a dialog keeps the focus inside, Escape closes it, and the focus returns', async () => {
    const { page } = await stage.open();
    await page.goto('/hosts');
    const opener = page.getByRole('button', { name: 'Enrol a host' });
    await opener.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    const inside = (): Promise<boolean | undefined> =>
      page.evaluate(() => document.activeElement?.matches('[role=dialog] *, [data-base-ui-focus-guard]'));
    // The focus goes in a moment after the dialog is there: a key before that belongs to the page.
    await expect.poll(inside).toBe(true);
    for (let stop = 0; stop < 8; stop += 1) {
      await page.keyboard.press('Tab');
      // From the last element the focus comes back over a guard, which hands it on a moment later.
      await expect.poll(inside, { timeout: 5_000 }).toBe(true);
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await expect.poll(() => opener.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('a column sorts on the server and says so', async () => {
    const { page } = await stage.open();
    await page.goto('/hosts');
    await page.getByRole('button', { name: 'Name' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/order=desc/);

    await page
      .getByRole('columnheader', { name: 'Name', exact: true })
      .and(page.locator('[aria-sort=descending]'))
      .waitFor();
    await expect.poll(() => page.getByRole('row').nth(1).innerText()).toContain('rig-028');
    await page.goBack();
    await expect.poll(() => page.getByRole('row').nth(1).innerText()).toContain('<img');
  });
});

describe('on a narrow screen', () => {
  it('only tables scroll sideways, never the page', async () => {
    const { page } = await stage.open();
    await page.setViewportSize({ width: 420, height: 850 });
    for (const [name, address] of addresses) {
      await page.goto(address);
      await page.locator('h1').first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(420);
    }
  });
});

describe('what hosts and certificates say', () => {
  it('stays text: nothing runs, nothing is reordered', async () => {
    const { page, complaints } = await stage.open();
    const hostile = stage.fleet.hosts.find((host) => host.name === HOSTILE_HOST)!;
    await page.goto(`/hosts/${hostile.id}?tab=stores`);
    await page.getByText('<script>alert(2)</script>').first().waitFor();

    expect(await page.locator('h1').innerText()).toBe('<img src=x onerror=alert(1)>U+202Egnp.exe');
    expect(await page.content()).not.toContain('\u202e</');
    expect(complaints).toEqual([]);
  });
});

describe('when something fails', () => {
  it('shows the reference of the server’s log in place, and recovers', async () => {
    const { page } = await stage.open();
    stage.dashboard.api.fail('/api/v1/hosts', 500);
    await page.goto('/hosts');
    await page.getByText("Reference for the server's log: p-4711").first().waitFor();
    stage.dashboard.api.fail('/api/v1/hosts', null);
    await page.getByRole('button', { name: 'Try again' }).first().click();

    await page.getByRole('link', { name: 'anim-001.studio.example' }).first().waitFor();
  });

  it('an address that names nothing has a page of its own, inside and outside', async () => {
    const { page } = await stage.open();
    for (const address of ['/jobs/0190e5a0-0000-7000-8000-000000000009', '/nowhere']) {
      const answer = await page.goto(address);
      await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
      await settle(page);
      expect(await axeFaults(page)).toEqual([]);
      expect([200, 404]).toContain(answer?.status());
    }
  });

  it('a session that ended leads to the sign-in page and back', async () => {
    const { page, context } = await stage.open();
    await page.goto('/jobs');
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
    await context.clearCookies();
    // Whatever makes the page ask next finds the session gone; at the latest this event does.
    stage.dashboard.api.rollouts.report(stage.fleet.jobs[0]!, 'lost');

    await page.waitForURL(/\/sign-in\?next=%2Fjobs/);
  });

  it('a session that ended while nothing happens is noticed when the stream is asked for anew', async () => {
    const { page, context } = await stage.open();
    // A page that joins the stream asks once for what it shows; after that it is idle.
    const asked = page.waitForResponse(/\/api\/v1\/jobs/);
    await page.goto('/jobs');
    await asked;
    await page.waitForTimeout(1_000);
    await context.clearCookies();
    stage.dashboard.api.endStreams();

    await page.waitForURL(/\/sign-in\?next=%2Fjobs/);
  });
});
