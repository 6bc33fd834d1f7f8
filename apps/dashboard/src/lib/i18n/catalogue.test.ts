import { anchorClassView, anchorRefusal, AUDIT_ACTIONS, jobState, PERMISSIONS, role } from '@trustfleet/api';
import { CAUSES } from '@trustfleet/policy';
import { anchorOrigin, anchorTrust } from '@trustfleet/protocol';
import { createTranslator } from 'use-intl/core';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';

interface Branch {
  readonly [key: string]: string | Branch;
}

function leaves(branch: Branch, path = ''): [string, string][] {
  return Object.entries(branch).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[`${path}${key}`, value] as [string, string]]
      : leaves(value, `${path}${key}.`),
  );
}

/** Names of arguments and tags, whatever their order. */
const holes = (message: string): string[] =>
  [
    ...new Set(
      [...message.matchAll(/\{\s*([a-z]\w*)\s*(?:\}|, plural)/gi), ...message.matchAll(/<(\w+)>/g)].map(
        (match) => match[1] ?? '',
      ),
    ),
  ].sort();

const english = new Map(leaves(CATALOGUE.en));
const korean = new Map(leaves(CATALOGUE.ko));
const SAMPLE = {
  export: 'X',
  mount: 'X',
  anchor: 'X',
  cause: 'X',
  accounts: 'X',
  address: 'X',
  api: 'X',
  code: 1,
  content: 'X',
  file: 'X',
  client: 'X',
  endpoint: 'X',
  bits: '1',
  count: 2,
  done: 1,
  filter: 'X',
  from: 1,
  hours: 1,
  id: 'X',
  kib: '1',
  line: '1',
  list: 'X',
  max: 1,
  message: 'X',
  name: 'X',
  number: 'X',
  owner: 'X',
  page: 1,
  pages: 1,
  path: 'X',
  problem: 'X',
  published: 'X',
  python: 'X',
  reason: 'X',
  scope: 'X',
  source: 'X',
  store: 'X',
  subject: 'X',
  command: 'X',
  time: 'X',
  to: 1,
  user: 'X',
  value: 'X',
  vendor: 'X',
  total: 1,
  type: 'X',
  uses: 2,
  version: 'X',
  zone: 'X',
  attempt: 1,
  more: 1,
  place: 'X',
  attempts: 2,
  change: 'X',
  duration: 'X',
  email: 'X',
  kind: 'X',
  right: 'X',
  role: 'X',
  before: 'X',
  after: 'X',
  target: 'X',
  manager: 'X',
  program: 'X',
  account: 'X',
};

describe('catalogue', () => {
  it('has the same keys in both languages', () => {
    expect([...korean.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it.each([...english])('%s takes the same arguments in both languages', (key, message) => {
    expect(holes(korean.get(key) ?? '')).toEqual(holes(message));
  });

  it('has Korean in every Korean sentence', () => {
    const sentences = [...korean].filter(
      ([key, text]) => / /.test(english.get(key) ?? '') && !/[가-힣{]/.test(text),
    );

    expect(sentences).toEqual([]);
  });

  it.each(['en', 'ko'] as const)('formats every message of %s', (locale) => {
    const failures: string[] = [];
    const t = createTranslator({
      locale,
      messages: CATALOGUE[locale],
      onError: (error) => failures.push(error.message),
    });
    const values = { ...SAMPLE, time: () => 'X', command: () => 'X' };
    for (const key of english.keys())
      void t.rich(key as Parameters<typeof t.rich>[0], (key.endsWith('Rich') ? values : SAMPLE) as never);

    expect(failures).toEqual([]);
  });

  it('has words for every cause of the policy library', () => {
    expect(Object.keys(CATALOGUE.en.findings.causes)).toEqual(expect.arrayContaining([...CAUSES]));
  });

  it('has a name and an explanation for every job state', () => {
    expect(Object.keys(CATALOGUE.en.jobs.states)).toEqual(jobState.options);
    expect(Object.keys(CATALOGUE.en.jobs.explain)).toEqual(jobState.options);
  });

  it('has words for every action of the audit, every role and every permission', () => {
    const names = leaves(CATALOGUE.en.activity.actions).map(([name]) => name);

    expect(names.sort()).toEqual([...AUDIT_ACTIONS].sort());
    expect(Object.keys(CATALOGUE.en.roles)).toEqual(role.options);
    expect(leaves(CATALOGUE.en.permissions).map(([name]) => name)).toEqual([...PERMISSIONS]);
  });

  it('has words for every class, trust and origin of an anchor', () => {
    const { classes, trust, origins } = CATALOGUE.en.stores;

    expect(Object.keys(classes).sort()).toEqual([...anchorClassView.shape.kind.options].sort());
    expect(Object.keys(trust)).toEqual(anchorTrust.options);
    expect(Object.keys(origins)).toEqual(anchorOrigin.options);
  });

  it('has a reason for every refusal of a certificate', () => {
    expect(Object.keys(CATALOGUE.en.order.refusals).sort()).toEqual([...anchorRefusal.options].sort());
  });
});
