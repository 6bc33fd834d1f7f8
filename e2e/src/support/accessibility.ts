import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** No violation that axe can find on the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  // A colour on its way from one state to the next is judged when it has arrived; what turns for ever (a spinner) is not waited for.
  await page.evaluate(async () => {
    interface Running {
      readonly finished: Promise<unknown>;
      readonly effect: { getComputedTiming(): { readonly endTime?: unknown } } | null;
    }
    const page = (globalThis as unknown as { document: { getAnimations(): Running[] } }).document;
    const ending = page
      .getAnimations()
      .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
  // `evaluate` is Chromium's own channel: the page's content security policy has no say in it.
  await page.evaluate(AXE);
  const result = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResult> } }).axe.run(),
  );

  expect(result.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`)).toEqual(
    [],
  );
}
