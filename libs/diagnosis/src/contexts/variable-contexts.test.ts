import type { CaVariable, ClientOption, TrustSetting } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { variableContexts } from '../index.ts';
import { factsOf, option } from '../testing/facts.ts';

type Given = readonly [
  scope: CaVariable['scope'],
  owner: string | null,
  name: CaVariable['name'],
  value: string,
  source?: string,
];
function contexts(
  given: readonly Given[],
  platform: 'linux' | 'windows' = 'linux',
  settings: TrustSetting[] = [],
) {
  const variables = given.map(([scope, owner, name, value, ...[source = `/${scope}/${owner ?? ''}`]]) => ({
    ...{ scope, owner, name, value, source },
  }));
  return variableContexts(factsOf({ platform, variables: { variables, settings } })).map((context) => ({
    accounts: context.accounts,
    services: context.services,
    values: Object.fromEntries([...context.values].map(([name, { value }]) => [name, value])),
  }));
}

describe('variableContexts', () => {
  it('has the machine’s where nothing is set', () => {
    expect(contexts([])).toEqual([{ accounts: [], services: [], values: {} }]);
  });

  it('overlays the machine’s by the user’s and lists the accounts that share a set', () => {
    expect(
      contexts([
        ['machine', null, 'SSL_CERT_FILE', '/machine.pem'],
        ['user', 'bob', 'REQUESTS_CA_BUNDLE', '/own.pem'],
        ['user', 'alice', 'REQUESTS_CA_BUNDLE', '/own.pem'],
        ['user', 'carol', 'SSL_CERT_FILE', '/carol.pem'],
      ]),
    ).toEqual([
      { accounts: [], services: [], values: { SSL_CERT_FILE: '/machine.pem' } },
      {
        accounts: ['alice', 'bob'],
        services: [],
        values: { SSL_CERT_FILE: '/machine.pem', REQUESTS_CA_BUNDLE: '/own.pem' },
      },
      { accounts: ['carol'], services: [], values: { SSL_CERT_FILE: '/carol.pem' } },
    ]);
  });

  it('whoever says what the machine says anyway is the machine', () => {
    expect(
      contexts([
        ['machine', null, 'SSL_CERT_FILE', '/ca.pem'],
        ['user', 'alice', 'SSL_CERT_FILE', '/ca.pem'],
      ]),
    ).toEqual([{ accounts: [], services: [], values: { SSL_CERT_FILE: '/ca.pem' } }]);
  });

  /** failures.md §7.5 */
  it('a service gets the machine’s on Windows alone', () => {
    const given: Given[] = [
      ['machine', null, 'SSL_CERT_FILE', '/machine.pem'],
      ['service', 'farm', 'PIP_CERT', '/farm.pem'],
    ];
    expect(contexts(given)[1]).toEqual({
      accounts: [],
      services: ['farm'],
      values: { PIP_CERT: '/farm.pem' },
    });
    expect(contexts(given, 'windows')[1]?.values).toEqual({
      SSL_CERT_FILE: '/machine.pem',
      PIP_CERT: '/farm.pem',
    });
  });

  it('leaves out what the agent itself was started with', () => {
    expect(contexts([['service', 'trustfleet-agent', 'PIP_CERT', '/agent.pem', 'process']])).toHaveLength(1);
  });

  it('the source that a session reads last wins', () => {
    const [machine] = contexts([
      ['machine', null, 'SSL_CERT_FILE', '/of-profile.pem', '/etc/profile.d/studio.sh'],
      ['machine', null, 'SSL_CERT_FILE', '/of-environment.pem', '/etc/environment'],
      ['machine', null, 'SSL_CERT_FILE', '/of-pam.pem', '/etc/security/pam_env.conf'],
    ]);
    expect(machine?.values).toEqual({ SSL_CERT_FILE: '/of-profile.pem' });
  });

  it('settings count too', () => {
    const setting: TrustSetting = {
      ...{
        name: 'PYTHONPATH',
        scope: 'user',
        owner: 'alice',
        value: '/apps',
        source: '/home/alice/.profile',
      },
    };
    expect(contexts([], 'linux', [setting])[1]).toEqual({
      accounts: ['alice'],
      services: [],
      values: { PYTHONPATH: '/apps' },
    });
  });

  it('no two are equal, each account is in one at most, whatever the order of the facts', () => {
    const one = fc.tuple(
      fc.constantFrom('user' as const, 'service' as const),
      fc.constantFrom('a', 'b', 'c'),
      fc.constantFrom('SSL_CERT_FILE' as const, 'PIP_CERT' as const),
      fc.constantFrom('/1.pem', '/2.pem'),
    );
    // One value for each: which of two wins is said by their sources.
    const many = fc.uniqueArray(one, { selector: ([scope, owner, name]) => `${scope}${owner}${name}` });
    fc.assert(
      fc.property(many, (given) => {
        const found = contexts(given);
        const keys = found.map(({ values }) => JSON.stringify(Object.entries(values).toSorted()));
        expect(new Set(keys).size).toBe(keys.length);
        const accounts = found.flatMap((context) => context.accounts);
        expect(new Set(accounts).size).toBe(accounts.length);
        const sorted = (of: typeof found): unknown =>
          new Set(of.map((context) => JSON.stringify(context.accounts)));
        expect(sorted(contexts(given.toReversed()))).toEqual(sorted(found));
      }),
    );
  });
});

describe('variableContexts and options of clients’ own files', () => {
  const mine = (account: string, value: string) =>
    option('git http.sslCAInfo', value, {
      account,
      scope: 'user',
      definedIn: `/home/${account}/.gitconfig`,
    });
  const with_ = (options: readonly ClientOption[], variables: CaVariable[] = []) =>
    variableContexts(factsOf({ options, variables: { variables } })).map(({ accounts, clients }) => ({
      accounts,
      clients,
    }));

  it('tells apart accounts whose files say something else, in these clients alone', () => {
    expect(with_([mine('ada', '/a.pem'), mine('bob', '/b.pem'), mine('eve', '/a.pem')])).toEqual([
      { accounts: [], clients: undefined },
      { accounts: ['ada', 'eve'], clients: ['git'] },
      { accounts: ['bob'], clients: ['git'] },
    ]);
    expect(with_([option('git http.sslVerify', 'false')])).toEqual([{ accounts: [], clients: undefined }]);
  });

  it('whose variables differ too is judged for every client', () => {
    const variable = {
      ...{ name: 'SSL_CERT_FILE' as const, scope: 'user' as const, owner: 'ada' },
      ...{ value: '/ca.pem', source: '/home/ada/.profile' },
    };
    expect(with_([mine('ada', '/a.pem')], [variable])).toEqual([
      { accounts: [], clients: undefined },
      { accounts: ['ada'], clients: undefined },
    ]);
  });
});
