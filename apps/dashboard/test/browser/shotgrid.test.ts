import { expect, it } from 'vitest';
import { axeFaults } from '../fixture/browser.ts';
import { useStage, visit } from './setup.ts';

const stage = useStage();
const address = (): string => `/hosts/${stage.fleet.hosts[0]!.id}?tab=shotgrid`;

it('shows every copy of the API, every core and configuration, and code that decides for itself', async () => {
  const { page, complaints } = await stage.open();
  await visit(page, address());

  const copies = page.getByRole('table', { name: 'Copies of shotgun_api3' });
  const shared = copies.getByRole('row').filter({ hasText: '3.8.4' });
  await shared.getByText('shared from filer:/tools').waitFor();
  await shared.getByText('cacert.pem: 149 certificates').waitFor();
  const cores = page.getByRole('table', { name: 'Toolkit cores' });
  await cores.getByRole('row').filter({ hasText: 'v0.22.4' }).getByText('not in use').waitFor();
  await cores.getByRole('row').filter({ hasText: 'v0.23.8' }).getByText('3.10.0', { exact: true }).waitFor();
  await page
    .getByRole('table', { name: 'Toolkit configurations' })
    .getByText('studio.shotgrid.autodesk.com')
    .waitFor();
  await page.getByText('it lies on a share that does not answer').waitFor();
  const code = page.getByRole('table', { name: 'Code that decides for itself' });
  await code.getByText('/srv/pipeline/publish.py:41').waitFor();
  await code.getByText('the file does not exist').waitFor();
  expect(await axeFaults(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

it('fits a telephone', async () => {
  const { page } = await stage.open({ locale: 'ko-KR', colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 850 });
  await page.goto(address());
  await page.getByRole('table', { name: 'shotgun_api3 사본' }).waitFor();

  const hidden = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(hidden).toBe(0);
  expect(await axeFaults(page)).toEqual([]);
});
