import { describe, expect, it } from 'vitest';
import { CREDENTIALS } from '../fixture/people.ts';
import { useStage } from './setup.ts';

const TOKEN = 'one-time-token-of-the-server';
const stage = useStage({ hosts: 0, setupToken: TOKEN });

describe('first administrator', () => {
  it('says on the sign-in page what to do while there is none', async () => {
    const { page } = await stage.open({ signedIn: false });
    await page.goto('/sign-in');

    await expect.poll(() => page.getByText('No administrator yet').isVisible()).toBe(true);
  });

  it('is told that a link was cut off on its way, before anything is filled in', async () => {
    const { page } = await stage.open({ signedIn: false });
    await page.goto(`/setup?token=${TOKEN.slice(0, 10)}`);

    await page.getByText('This link is not complete').waitFor();
    expect(await page.getByLabel('Password').count()).toBe(0);
  });

  it('is made by the one-time link, whose token leaves the address bar', async () => {
    const { page, complaints } = await stage.open({ signedIn: false });
    await page.goto(`/setup?token=${TOKEN}`);
    await expect.poll(() => page.url()).not.toContain(TOKEN);
    await page.getByLabel('Name').fill(CREDENTIALS.name);
    await page.getByLabel('E-mail').fill(CREDENTIALS.email);
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Make administrator' }).click();
    await page.getByText('At least 12 characters are needed; this has 5.').waitFor();
    await page.getByLabel('Password').fill(CREDENTIALS.password);
    await page.getByRole('button', { name: 'Make administrator' }).click();

    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await page.getByText('No hosts yet').waitFor();
    expect(complaints).toEqual([]);
  });

  it('cannot be made twice', async () => {
    const { page } = await stage.open({ signedIn: false });
    await page.goto(`/setup?token=${TOKEN}`);

    await page.getByText('An administrator exists already').waitFor();
  });
});

describe('signing in', () => {
  it('brings the reader back to where they wanted to go', async () => {
    const { page } = await stage.open({ signedIn: false });
    await page.goto('/hosts?presence=offline');
    await page.waitForURL(/\/sign-in\?next=/);
    await page.getByLabel('E-mail').fill(CREDENTIALS.email);
    await page.getByLabel('Password').fill('wrong password here');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'E-mail or password is wrong.' }).waitFor();
    await page.getByLabel('Password').fill(CREDENTIALS.password);
    await page.keyboard.press('Enter');

    await page.waitForURL('**/hosts?presence=offline');
    await page.getByRole('heading', { name: 'Hosts', level: 1 }).waitFor();
  });

  it('never leads to another site', async () => {
    const { page } = await stage.open({ signedIn: false });
    await page.goto('/sign-in?next=//evil.example/');
    await page.getByLabel('E-mail').fill(CREDENTIALS.email);
    await page.getByLabel('Password').fill(CREDENTIALS.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();

    expect(new URL(page.url()).origin).toBe(stage.dashboard.origin);
  });

  it('ends with signing out', async () => {
    const { page } = await stage.open();
    await page.goto('/');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in');
    await page.goto('/hosts');

    await page.waitForURL(/\/sign-in\?next=/);
  });
});

describe('a fleet without hosts', () => {
  it('shows how to enrol, with a command to copy', async () => {
    const { page, context } = await stage.open();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto('/hosts');
    await page
      .locator('#content')
      .getByText('A host appears here as soon as its agent is enrolled.')
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Enrol a host' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make token' }).click();
    await page.getByText('Run this on the workstation').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Copy' }).first().click();
    await page.getByRole('status').filter({ hasText: 'Copied' }).first().waitFor();

    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
      /^trustfleet-agent enroll tf1\./,
    );
  });
});
