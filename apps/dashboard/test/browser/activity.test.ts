import { describe, expect, it } from 'vitest';
import { record } from '../fixture/audit.ts';
import { useStage, visit } from './setup.ts';

const stage = useStage();
const ADA = { kind: 'person', id: 'person-administrator', name: 'Ada Admin' } as const;

describe('the activity', () => {
  it('says who did what on which subject, with the way there, and how the chain is checked', async () => {
    const { page } = await stage.open({ role: 'auditor' });
    const host = stage.fleet.hosts.at(-1)!;
    await visit(page, '/activity');
    await page.getByText('trustfleet audit verify').waitFor();
    const row = page.getByRole('row').filter({ hasText: 'Moved a host to a group' }).first();
    await row.getByText('Ada Admin').waitFor();
    await row.getByRole('link', { name: host.name }).click();

    await page.getByRole('heading', { level: 1, name: host.name }).waitFor();
  });

  it('goes back in time page by page to its first entry', async () => {
    const { page } = await stage.open({ role: 'auditor' });
    await visit(page, '/activity');
    const rows = page.locator('tbody tr');
    await page.getByText('Live', { exact: true }).waitFor();
    await expect.poll(() => rows.count()).toBe(50);
    await page.getByRole('button', { name: 'Show older' }).click();
    await expect.poll(() => rows.count()).toBe(stage.fleet.audit.length);
    await page.getByText('That is everything.').waitFor();

    // An action of another release is shown as it stands.
    await page.getByText('something.newer').first().waitFor();
  });

  it('filters by action and text, both in the address', async () => {
    const { page } = await stage.open({ role: 'auditor' });
    const host = stage.fleet.hosts[2]!;
    await visit(page, '/activity');
    await page.getByRole('combobox', { name: 'Action' }).selectOption('host.enrol');
    await page.waitForURL(/action=host\.enrol/);
    await expect.poll(() => page.locator('tbody tr').count()).toBe(stage.fleet.hosts.length);
    await page.getByRole('searchbox').fill(host.name);
    await page.waitForURL(/q=/);
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.reload();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.getByRole('searchbox').fill('nobody did this');

    await page.getByText('Nothing found').waitFor();
  });

  it('shows details as inert text, and a new entry without a reload', async () => {
    const { page, complaints } = await stage.open({ role: 'auditor' });
    await visit(page, '/activity');
    await page.getByText('Live', { exact: true }).waitFor();
    record(stage.fleet.audit, {
      actor: ADA,
      action: 'host.revoke',
      subject: { kind: 'host', id: stage.fleet.hosts[0]!.id, name: stage.fleet.hosts[0]!.name },
      detail: { reason: '<img src=x onerror=alert(1)>\u202estolen' },
    });
    stage.dashboard.api.emit({ type: 'audit' });
    const row = page.getByRole('row').filter({ hasText: 'Revoked a host' });
    await row.getByText('Details').click();
    await row.getByText('<img src=x onerror=alert(1)>').waitFor();
    await row.getByText('U+202E').waitFor();

    expect(await row.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
