import type { ClientOption } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { resolveSource, resolveSources } from '../index.ts';
import { bundles, names, stores } from '../testing/clients.ts';
import { contextOf, factsOf, installed, option, python } from '../testing/facts.ts';

const PIP = installed('pip', '23.3.2', '/site/pip.pem');
const PYTHON = python('3.11.7', { path: '/venv/bin/python', packages: [PIP] });
const cert = (value: string, more: Partial<ClientOption> = {}): ClientOption =>
  option('pip cert', value, more);

function pip(
  options: readonly ClientOption[],
  set: Readonly<Record<string, string>> = {},
  accounts: readonly string[] = [],
) {
  const facts = factsOf({ bundles, stores, options, pythons: [PYTHON] });
  const consumer = { client: 'pip' as const, python: PYTHON, api: null, context: contextOf(set, accounts) };
  return resolveSource(consumer, facts);
}

interface Case {
  readonly what: string;
  readonly options: readonly ClientOption[];
  readonly set: Readonly<Record<string, string>>;
  readonly accounts: readonly string[];
  readonly expected: string;
}

describe('options of clients’ own configuration files', () => {
  const machine = cert('/studio.pem');
  const user = cert('/second.pem', { account: 'ada', scope: 'user' });
  const environment = cert('/site/requests.pem', { scope: 'environment', python: PYTHON.path });
  const elsewhere = cert('/missing.pem', { scope: 'environment', python: '/other/bin/python' });
  const named = cert('/site/httplib2.pem', { scope: 'variable', definedIn: '/named.conf' });
  const all = [named, environment, elsewhere, user, machine];

  it.each<Case>([
    { what: 'the machine’s', options: [machine, user, elsewhere], set: {}, accounts: [], expected: 'studio' },
    {
      what: 'an account’s own before it',
      options: [user, machine],
      set: {},
      accounts: ['ada'],
      expected: 'second',
    },
    {
      what: 'the environment’s before both',
      options: [environment, user, machine],
      set: {},
      accounts: ['ada'],
      expected: 'requests',
    },
    {
      what: 'the file that a variable names before all',
      options: all,
      set: { PIP_CONFIG_FILE: '/named.conf' },
      accounts: ['ada'],
      expected: 'httplib2',
    },
    {
      what: 'not the file that another’s variable names',
      options: [named, machine],
      set: { PIP_CONFIG_FILE: '/mine' },
      accounts: [],
      expected: 'studio',
    },
    {
      what: 'none where pip is told to read none',
      options: [user, machine],
      set: { PIP_CONFIG_FILE: '/dev/null' },
      accounts: ['ada'],
      expected: 'pip',
    },
    {
      what: 'a variable before every file',
      options: all,
      set: { PIP_CERT: '/studio.pem' },
      accounts: ['ada'],
      expected: 'studio',
    },
  ])('$what', ({ options, set, accounts, expected }) => {
    expect(pip(options, set, accounts).anchors).toEqual(names(expected));
  });

  it('use-feature and use-deprecated stand in files too, and a variable takes their place', () => {
    const feature = option('pip use-feature', 'truststore other');

    expect(pip([feature]).anchors).toEqual(names('pip', 'system', 'directory'));
    expect(pip([feature], { PIP_USE_FEATURE: 'fast-deps' }).anchors).toEqual(names('pip'));
    expect(pip([feature], { PIP_USE_FEATURE: '' }).anchors).toEqual(names('pip', 'system', 'directory'));
  });

  it('an account with files of its own is judged beside everybody, in these clients alone', () => {
    const facts = factsOf({
      ...{ bundles, stores, pythons: [PYTHON] },
      options: [option('git http.sslCAInfo', '/studio.pem', { account: 'ada', scope: 'user' })],
    });
    const git = resolveSources(facts).filter(({ source }) => source.client === 'git');

    expect(git.map(({ source, anchors }) => [source.accounts, anchors])).toEqual([
      [[], names('os')],
      [['ada'], names('studio')],
    ]);
    expect(resolveSources(facts).filter(({ source }) => source.accounts.length > 0)).toHaveLength(1);
  });
});
