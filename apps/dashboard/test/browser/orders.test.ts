import { describe, expect, it } from 'vitest';
import { axeFaults } from '../fixture/browser.ts';
import { posted, useStage, visit } from './setup.ts';

const stage = useStage();

function order(hosts: readonly number[], mode: 'plan' | 'apply' = 'apply') {
  const { fleet, dashboard } = stage;
  const view = dashboard.api.rollouts.create(
    {
      remedy: 'trustStore.addAnchor',
      mode,
      anchorSha256: fleet.demo.sha256,
      hostIds: hosts.map((index) => fleet.hosts[index]!.id),
      reason: 'The licence server uses it',
    },
    null,
  );
  return { view, jobs: fleet.jobs.filter((job) => job.orderId === view.id) };
}

describe('cancelling', () => {
  it('a job that waits asks for a reason and ends it', async () => {
    const { page, complaints } = await stage.open();
    const { jobs } = order([3]);
    await visit(page, `/jobs/${jobs[0]!.id}`);
    await page.getByText('Delivery deadline', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel job' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel this job?' });
    await dialog.getByLabel('Reason').fill('Wrong host');
    const sent = posted(page, '/cancel');
    await dialog.getByRole('button', { name: 'Cancel job' }).click();
    expect((await sent).postDataJSON()).toEqual({ reason: 'Wrong host' });
    await page.getByText('A person cancelled it.').waitFor();

    expect(await page.getByRole('button', { name: 'Cancel job' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('an order ends what waits, and says that a host was asked', async () => {
    const { page } = await stage.open();
    const { view, jobs } = order([0, 3]);
    const busy = jobs.find((job) => job.hostId === stage.fleet.hosts[0]!.id)!;
    stage.dashboard.api.rollouts.report(busy, 'planning', { step: 'plan' });
    await visit(page, `/orders/${view.id}`);
    await page.getByRole('button', { name: 'Cancel order' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('Not today');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel order' }).click();
    await page.getByText('1 of 2 done').first().waitFor();
    await visit(page, `/jobs/${busy.id}`);

    await page.getByText(/The host was asked .* to give it up/).waitFor();
    stage.dashboard.api.rollouts.report(busy, 'cancelled');
  });
});

describe('undoing', () => {
  it('makes an order of its own that both sides link to, with what it takes away', async () => {
    const { page, complaints } = await stage.open();
    const { view, jobs } = order([0]);
    await stage.dashboard.api.rollouts.run(jobs[0]!, () => Promise.resolve());
    await visit(page, `/jobs/${jobs[0]!.id}`);
    await page.getByText('Programs that run keep what they loaded until they are restarted.').waitFor();
    await page.getByRole('button', { name: 'Undo this change' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('It was the wrong CA');
    await page.getByRole('dialog').getByRole('button', { name: 'Undo this change' }).click();
    await page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);
    await page.getByText('Undo', { exact: true }).first().waitFor();
    await page.getByText('1 of 1 done').first().waitFor();
    await page.getByRole('table').getByRole('link', { name: 'Demo studio CA' }).click();
    await page.getByText('What the other job changed is put back').waitFor();
    await page.getByText(/remove file .*\.crt/).waitFor();
    await page.getByText('put back file /etc/ssl/certs/java/cacerts').waitFor();
    await page.getByText(/stop trusting .*Demo studio CA in store debian/).waitFor();
    await page.getByRole('link', { name: 'the job that made the change' }).click();
    await page.waitForURL(`**/jobs/${jobs[0]!.id}`);
    await page.getByText('Undone by').waitFor();
    expect(await page.getByRole('button', { name: 'Undo this change' }).count()).toBe(0);
    await visit(page, `/orders/${view.id}`);

    await page.getByText('Undone by').waitFor();
    expect(await page.getByRole('button', { name: 'Undo this order' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('an order takes back what each host changed', async () => {
    const { page } = await stage.open();
    const { view, jobs } = order([2, 5]);
    for (const job of jobs) await stage.dashboard.api.rollouts.run(job, () => Promise.resolve());
    await visit(page, `/orders/${view.id}`);
    await page.getByRole('button', { name: 'Undo this order' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('The vendor withdrew it');
    await page.getByRole('dialog').getByRole('button', { name: 'Undo this order' }).click();
    await page.getByText('2 of 2 done').first().waitFor();
    await page.getByRole('link', { name: 'the order that made the change' }).click();

    await page.waitForURL(`**/orders/${view.id}`);
  });
});

describe('what a host does by itself', () => {
  it('counts down to the next attempt without reading every second aloud or moving anything', async () => {
    const { page } = await stage.open();
    const job = order([6]).jobs[0]!;
    stage.dashboard.api.rollouts.report(job, 'retrying', {
      attempt: 2,
      attempts: 3,
      nextAt: new Date(Date.now() + 600_000).toISOString(),
      detail: 'update-ca-certificates ended with 1',
    });
    await visit(page, `/jobs/${job.id}`);
    await page.getByText('Attempt 2 of 3').waitFor();
    const left = page.locator('main time [aria-hidden]').first();
    const said = page.locator('[aria-live=polite]').filter({ hasText: 'Trying again, at' });
    await said.waitFor();
    const [first, box, words] = [await left.innerText(), await left.boundingBox(), await said.innerText()];
    expect(first).toMatch(/^\d+:\d\d$/);
    await expect.poll(() => left.innerText()).not.toBe(first);

    expect((await left.boundingBox())?.width).toBe(box?.width);
    expect(await said.innerText()).toBe(words);
    await visit(page, '/jobs');
    await page
      .getByRole('row')
      .filter({ hasText: 'Trying again' })
      .getByText(/next attempt in/)
      .waitFor();
  });

  it('keeps a late report as evidence that changed nothing', async () => {
    const { page } = await stage.open();
    const job = order([8]).jobs[0]!;
    stage.dashboard.api.rollouts.report(job, 'lost');
    stage.dashboard.api.rollouts.report(job, 'verified', { late: true, detail: 'back after two days' });
    await visit(page, `/jobs/${job.id}`);
    await page.getByText('The host accepted the job and was not heard of again in time.').waitFor();
    const step = page.getByRole('listitem').filter({ hasText: 'back after two days' });

    await step.getByText('Late').waitFor();
    expect(await page.getByRole('status').filter({ hasText: 'back after' }).count()).toBe(0);
  });

  it('names the file that the agent said it reads', async () => {
    const { page } = await stage.open();
    const job = order([1]).jobs[0]!;
    stage.dashboard.api.rollouts.report(job, 'notPermitted', {
      detail: 'This host only observes: /srv/farm/permits.json does not exist. To permit this remedy, …',
    });
    await visit(page, `/jobs/${job.id}`);
    await page.getByText('Contents of /srv/farm/permits.json').waitFor();
    await page.getByText('as the account that runs the agent').waitFor();

    expect(await page.getByText('This is the usual place.').count()).toBe(0);
  });
});

describe('a new order', () => {
  it('sends attempts, wait and watch time to the hosts, and says them before the launch', async () => {
    const { page } = await stage.open();
    const host = stage.fleet.hosts[18]!;
    await visit(page, `/orders/new?anchor=${stage.fleet.demo.sha256}&hosts=${host.id}`);
    await page.getByText('This certificate can be added').waitFor();
    await page.getByLabel('Reason', { exact: true }).fill('because');
    expect(await page.getByLabel('Attempts').isVisible()).toBe(false);
    await page.getByText('More', { exact: true }).click();
    await page.getByLabel('Attempts').fill('3');
    await page.getByLabel('Wait before the second (minutes)').fill('5');
    await page.getByLabel('Watch for (minutes)').fill('999999');
    await page.getByLabel('Attempts').focus();
    await expect.poll(() => page.getByLabel('Watch for (minutes)').inputValue()).toBe('10080');
    await page.getByLabel('Watch for (minutes)').fill('30');
    const planned = posted(page, '/api/v1/orders');
    await page.getByRole('button', { name: 'Plan first' }).click();
    expect((await planned).postDataJSON()).not.toHaveProperty('limits');
    await page.getByText('Planned', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Launch now' }).click();
    await page.getByText('A host tries up to 3 times, the second time after 5 minutes.').waitFor();
    await page.getByText('The change is watched for 30 minutes before it counts as verified.').waitFor();
    const sent = posted(page, '/api/v1/orders');
    await page.getByRole('dialog').getByRole('button', { name: 'Launch now' }).click();

    expect((await sent).postDataJSON()).toMatchObject({
      limits: { attempts: 3, backoffSeconds: 300, bakeSeconds: 1_800 },
    });
  });

  it('keeps a pasted certificate and the reason over a reload of its tab, until it is launched', async () => {
    const { page, context } = await stage.open();
    const host = stage.fleet.hosts[17]!;
    const { pem } = stage.fleet.demo;
    await visit(page, `/orders/new?hosts=${host.id}`);
    await page.getByLabel('Certificate in PEM').fill(pem);
    await page.getByRole('button', { name: 'Check certificate' }).click();
    await page.getByText('This certificate can be added').waitFor();
    await page.getByLabel('Reason', { exact: true }).fill('The licence server uses it');
    await page.reload();
    await page.getByText('This certificate can be added').waitFor();
    expect(await page.getByLabel('Reason', { exact: true }).inputValue()).toBe('The licence server uses it');
    const other = await context.newPage();
    await visit(other, `/orders/new?hosts=${host.id}`);
    await other.getByLabel('Certificate in PEM').waitFor();
    expect(await other.getByLabel('Reason', { exact: true }).inputValue()).toBe('');
    await page.getByRole('button', { name: 'Plan first' }).click();
    await page.getByText('Planned', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Launch now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Launch now' }).click();
    await page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);
    await visit(page, `/orders/new?hosts=${host.id}`);
    await page.getByLabel('Certificate in PEM').waitFor();

    expect(await page.getByLabel('Certificate in PEM').inputValue()).toBe('');
    expect(await page.getByLabel('Reason', { exact: true }).inputValue()).toBe('');
  });

  it('never keeps what was refused, a private key least of all', async () => {
    const { page } = await stage.open();
    await visit(page, '/orders/new');
    await page
      .getByLabel('Certificate in PEM')
      .fill('-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----');
    await page.getByRole('button', { name: 'Check certificate' }).click();
    await page.getByText('This certificate cannot be added').waitFor();

    expect(await page.evaluate(() => JSON.stringify(Object.entries(sessionStorage)))).not.toContain(
      'PRIVATE',
    );
  });
});

describe('an order by parameters', () => {
  it('is filled in, planned for the chosen hosts and launched with just what the plan said', async () => {
    const { page, complaints } = await stage.open();
    const host = stage.fleet.hosts[18]!;
    await visit(page, `/orders/new?hosts=${host.id}`);
    await page.getByLabel('Change', { exact: true }).selectOption('Set a variable');
    await page.getByLabel('Variable', { exact: true }).selectOption('SHOTGUN_API_CACERTS');
    await page.getByRole('button', { name: 'Take these' }).click();
    await page.getByText('SHOTGUN_API_CACERTS').first().waitFor();
    await page.getByLabel('Include them all the same').click();
    await page.getByLabel('Reason', { exact: true }).fill('Uploads fail without it');
    const planned = posted(page, '/api/v1/orders');
    await page.getByRole('button', { name: 'Plan first' }).click();

    const parameters = {
      name: 'SHOTGUN_API_CACERTS',
      scope: 'machine',
      value: { kind: 'unionBundle' },
    };
    expect((await planned).postDataJSON()).toMatchObject({
      remedy: 'variable.set',
      mode: 'plan',
      parameters,
      hostIds: [host.id],
    });
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByLabel('Scope').selectOption('One service');
    expect(await page.getByRole('button', { name: 'Take these' }).isDisabled()).toBe(true);
    await page.getByLabel('Unit').fill('cron.service');
    await page.getByRole('button', { name: 'Take these' }).click();
    // The plan was of something else, and a reload knows that as well.
    await page.reload();
    await page.getByText('cron.service').first().waitFor();
    expect(await page.getByRole('button', { name: 'Launch now' }).isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
  });
});

describe('the order of a union bundle', () => {
  it('is made on the page, keeps what nobody lets go, and is ordered by its name', async () => {
    const { page, complaints } = await stage.open();
    const host = stage.fleet.hosts[18]!;
    await visit(page, `/orders/new?remedy=bundle.deploy&hosts=${host.id}`);
    await page.getByLabel('Demo studio CA').click();
    const made = posted(page, '/api/v1/bundles');
    await page.getByRole('button', { name: 'Make the bundle' }).click();
    expect((await made).postDataJSON()).toEqual({ anchors: [stage.fleet.demo.sha256], approvedGoing: [] });
    await page.getByText('3 roots · certifi 2026.10.18, 2026-10-18').waitFor();
    await page.getByText('New in it: CN=<b>Root that came</b>').waitFor();
    await page.getByLabel('CN=Root that left').click();
    await page.getByRole('button', { name: 'Make it again' }).click();
    await page.getByText('2 roots · certifi 2026.10.18, 2026-10-18').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Take these' }).click();
    await page.getByLabel('Include them all the same').click();
    await page.getByLabel('Reason', { exact: true }).fill('Two roots are new');
    const planned = posted(page, '/api/v1/orders');
    await page.getByRole('button', { name: 'Plan first' }).click();

    expect((await planned).postDataJSON()).toMatchObject({
      remedy: 'bundle.deploy',
      parameters: {
        bundle: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        list: { name: 'certifi 2026.10.18', published: '2026-10-18' },
      },
    });
    expect(complaints).toEqual([]);
  });
});

describe('the list of orders', () => {
  it('counts the states of each and leads to it', async () => {
    const { page } = await stage.open();
    const { view } = order([20, 24, 21]);
    await visit(page, '/orders');
    const row = page.getByRole('row').nth(1);
    await row.getByRole('list', { name: 'States' }).getByText('Queued').waitFor();
    await row.getByText('The licence server uses it').waitFor();
    await row.getByRole('link', { name: 'Demo studio CA' }).click();

    await page.waitForURL(`**/orders/${view.id}`);
  });
});

describe('on 390 px', () => {
  it('the remedy of a finding is in sight without scrolling sideways', async () => {
    const { page } = await stage.open();
    await page.setViewportSize({ width: 390, height: 850 });
    await visit(page, '/findings');
    const fix = page.getByRole('main').getByRole('link', { name: 'Add this CA' }).first();
    await fix.waitFor();
    const box = await fix.boundingBox();

    expect(box!.x).toBeGreaterThanOrEqual(0);
    expect(box!.x + box!.width).toBeLessThanOrEqual(390);
    expect(
      await page
        .getByRole('region', { name: 'Findings' })
        .evaluate((area) => area.scrollWidth - area.clientWidth),
    ).toBe(0);
  });
});
