import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { axeFaults } from '../fixture/browser.ts';
import { useStage, visit } from './setup.ts';

const stage = useStage();
const address = (): string => `/hosts/${stage.fleet.hosts[0]!.id}?tab=pythons`;
const cell = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

it('says for each program and server whether it verifies, and why not', async () => {
  const { page, complaints } = await stage.open();
  await visit(page, address());
  const table = page.getByRole('table', { name: 'What verifies' });
  await table.getByRole('rowheader', { name: '/opt/pipeline/venv/bin/python3' }).waitFor();
  expect(await table.getByRole('columnheader').allInnerTexts()).toEqual([
    'Program',
    'studio.shotgrid.autodesk.com:443',
    'pypi.org:443',
  ]);
  await table.getByText('as render').waitFor();
  await cell(page, 'shotgun_api3: queries, studio.shotgrid.autodesk.com:443: verifies').waitFor();
  expect(await axeFaults(page)).toEqual([]);

  await cell(page, 'requests, pypi.org:443: file lacks public CAs').click();

  const dialog = page.getByRole('dialog', { name: 'requests and pypi.org:443' });
  await dialog.getByText('REQUESTS_CA_BUNDLE').waitFor();
  await dialog.getByText('(set in /etc/environment)').waitFor();
  await dialog.getByText('2020.06.20').waitFor();
  await dialog.getByText('2 CA certificates').waitFor();
  // Words of a later release stand as they came.
  await dialog.getByText('aReasonOfALaterRelease').waitFor();
  await dialog.getByText('aKeyOfALaterRelease').waitFor();
  expect(await axeFaults(page)).toEqual([]);
  const kept = page.url();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await visit(page, kept);
  await page.getByRole('dialog', { name: 'requests and pypi.org:443' }).waitFor();
  expect(complaints).toEqual([]);
});

it('shows what does not verify alone, by keyboard, and tells a prediction that was wrong', async () => {
  const { page } = await stage.open();
  await visit(page, address());
  await page.getByRole('combobox', { name: 'Show' }).selectOption('Only what does not verify');
  await cell(page, 'shotgun_api3: queries, studio.shotgrid.autodesk.com:443: verifies').waitFor({
    state: 'detached',
  });
  expect(page.url()).toContain('verdicts=failing');

  const wrong = cell(page, 'curl, studio.shotgrid.autodesk.com:443: fails prediction differs');
  await wrong.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByText('The handshake showed something else').waitFor();
  await page.keyboard.press('Escape');

  const untried = cell(
    page,
    'shotgun_api3: uploads to the site, studio.shotgrid.autodesk.com:443: file missing',
  );
  await untried.click();
  await page.getByRole('dialog').getByText('user render could change it').waitFor();
  await page.getByRole('dialog').getByText('No such file or directory').waitFor();
});

it('fits a telephone, in Korean too', async () => {
  const { page } = await stage.open({ locale: 'ko-KR' });
  await page.setViewportSize({ width: 390, height: 850 });
  await page.goto(address());
  await page.getByRole('table', { name: '검증 결과' }).waitFor();

  const hidden = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(hidden).toBe(0);
  expect(await axeFaults(page)).toEqual([]);
});
