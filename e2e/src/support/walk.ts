import type { Page } from 'playwright-core';
import { ADMINISTRATOR } from './api-session.ts';

export const DEMO_FINDING = /Demo studio CA is missing from the operating system/;

/** Steps of the tour that more than one program walks, by what a person reads on the page. */

export async function signInAsPerson(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  await page.getByRole('textbox', { name: 'E-mail' }).fill(ADMINISTRATOR.email);
  await page.getByLabel('Password').fill(ADMINISTRATOR.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
}

export async function openSandboxHost(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/hosts?q=-sandbox`);
  await page.getByRole('link', { name: /-sandbox$/ }).click({ timeout: 60_000 });
  await page.getByRole('heading', { level: 1, name: /-sandbox/ }).waitFor();
}

/** From the finding on the host's page to a plan that the host has answered. */
export async function planFromFinding(page: Page): Promise<void> {
  const finding = page.getByRole('row').filter({ hasText: DEMO_FINDING }).first();
  await finding.getByRole('link', { name: /Add this CA/ }).click();
  await page.getByRole('textbox', { name: 'Reason' }).fill('The render farm’s licence server uses this CA');
  await page.getByRole('button', { name: 'Plan first' }).click();
  await page
    .getByText(/add file/)
    .first()
    .waitFor({ timeout: 60_000 });
  await page.getByText('update-ca-certificates').first().waitFor();
}

/** Launches what was planned and waits until the host has proved it. */
export async function launchAndProve(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Launch now' }).click();
  await page
    .getByRole('dialog')
    .or(page.getByRole('alertdialog'))
    .getByRole('button', { name: 'Launch now' })
    .click();
  await page.getByText('Verified', { exact: true }).first().waitFor({ timeout: 60_000 });
}

/** On the page of a job that changed its host: takes that back and waits until the host has proved it. */
export async function undoFromPage(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Undo this change' }).click();
  const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'));
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('It was only a trial');
  await dialog.getByRole('button', { name: 'Undo this change' }).click();
  await page.getByText('1 of 1 done').first().waitFor({ timeout: 60_000 });
  await page.getByText('Verified', { exact: true }).first().waitFor();
}
