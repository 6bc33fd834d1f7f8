import { variableContexts } from '@trustfleet/diagnosis';
import { describe, expect, it } from 'vitest';
import { UNION_BUNDLE_PATHS } from '../bundle-deploy/schema.ts';
import {
  apiCopy,
  hostLook,
  linux,
  UNION,
  unionBundle,
  variable,
  withVariables,
} from '../testing/variable-facts.ts';
import { root } from '../testing/facts.ts';
import type { RemedyEffect } from '../types.ts';
import type { VariableSetParameters } from '../variables/schema.ts';
import { variableSet } from './remedy.ts';

const MACHINE: VariableSetParameters = {
  name: 'SSL_CERT_FILE',
  scope: 'machine',
  value: { kind: 'unionBundle' },
};
const reason = (effect: RemedyEffect): string =>
  effect.kind === 'notApplicable' ? effect.reason : effect.kind;
const setting = (source: string, value: string): unknown =>
  expect.objectContaining({ kind: 'setVariable', source, value });
const after = (effect: RemedyEffect) => (effect.kind === 'change' ? effect.facts : {});

describe('variable.set', () => {
  it('says where, from what, to what, and foretells what the next scan finds', () => {
    const facts = withVariables(variable({ name: 'PIP_CERT' }), variable());

    const effect = variableSet.effect(facts, MACHINE, linux());

    expect(effect).toMatchObject({
      kind: 'change',
      affected: [],
      changes: [
        { kind: 'setVariable', value: UNION, previous: '/old.pem', source: '/etc/environment', owner: null },
      ],
    });
    const { bundles, variables } = after(effect);
    expect(variables?.variables).toEqual([variable({ name: 'PIP_CERT' }), variable({ value: UNION })]);
    expect(bundles?.bundles).toEqual([
      {
        ...unionBundle(),
        provenance: [
          {
            kind: 'variable',
            name: 'SSL_CERT_FILE',
            scope: 'machine',
            owner: null,
            source: '/etc/environment',
          },
        ],
      },
    ]);
    expect(variableSet.effect(after(effect), MACHINE, linux())).toEqual({ kind: 'none' });
  });

  it.each([
    ['linux', 'machine', undefined, '/etc/environment'],
    ['linux', 'user', 'artist', '/home/artist/.config/environment.d/zz-trustfleet.conf'],
    ['linux', 'service', 'farm.service', '/etc/systemd/system/farm.service.d/zz-trustfleet.conf'],
    [
      'windows',
      'machine',
      undefined,
      'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment',
    ],
    ['windows', 'user', 'artist', 'HKEY_USERS\\S-1-5-21-1-2-3-1001\\Environment'],
    ['windows', 'service', 'Farm', 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Farm'],
  ] as const)('on %s for the scope %s', (...[platform, scope, owner, source]) => {
    const path = UNION_BUNDLE_PATHS[platform];
    const host = hostLook({ sid: 'S-1-5-21-1-2-3-1001', value: unionBundle({ path, realPath: path }) });
    const parameters = { ...MACHINE, scope, owner };

    const effect = variableSet.effect({}, parameters, { platform, host });

    expect(effect).toMatchObject({
      kind: 'change',
      changes: expect.arrayContaining([setting(source, path)]) as unknown,
    });
    expect(effect).toMatchObject({ affected: owner === undefined ? [] : [owner] });
    const { variables = { variables: [] } } = after(effect);
    const contexts = variableContexts({ platform, sections: { variables } });
    const own = contexts.find(({ accounts, services = [] }) => [...accounts, ...services][0] === owner);
    expect(own?.values.get('SSL_CERT_FILE')).toEqual({ value: path, definedIn: source });
  });

  it('on a Mac it renders a file for launchd, and writes none', () => {
    const effect = variableSet.effect({}, MACHINE, { platform: 'macos', host: hostLook() });

    expect(effect).toMatchObject({
      kind: 'change',
      facts: {},
      changes: [
        {
          ...{ kind: 'propose', owner: 'mdm' },
          path: '/Library/LaunchAgents/com.trustfleet.variables.plist',
          patch: expect.stringContaining('<string>setenv</string>') as string,
        },
      ],
    });
  });

  it.each([
    ['missing', unionBundle({ state: 'missing', anchors: [] }), /is not there/],
    ['one root', unionBundle({ anchors: [root.sha256] }), /one certificate alone/],
    ['damaged', unionBundle({ opensslAccepts: false }), /damaged/],
    ['a directory', unionBundle({ form: 'directory' }), /is a directory/],
  ])('a file that is %s is refused', (_, value, words) => {
    expect(reason(variableSet.effect({}, MACHINE, linux({ value })))).toMatch(words);
  });

  it('Node adds one root to its own: that file will do', () => {
    const parameters = { ...MACHINE, name: 'NODE_EXTRA_CA_CERTS' } as const;
    const effect = variableSet.effect(
      {},
      parameters,
      linux({ value: unionBundle({ anchors: [root.sha256] }) }),
    );
    expect(effect.kind).toBe('change');
  });

  it('what the remedy before it will put there counts, not what stands there now', () => {
    const facts = { bundles: { bundles: [unionBundle()] } };
    const value = unionBundle({ state: 'missing', anchors: [] });

    expect(variableSet.effect(facts, MACHINE, linux({ value })).kind).toBe('change');
  });

  it.each([
    ['3.0.18', null, false],
    ['3.0.19', null, true],
    ['3.8.4', null, true],
    ['3.10.0', 'v0.23.8', false],
    ['3.10.0', 'v0.23.10', true],
  ])('shotgun_api3 %s in core %s: SHOTGUN_API_CACERTS helps: %s', (version, coreVersion, helps) => {
    const core = coreVersion === null ? null : '/core/info.yml';
    const cores = [{ path: '/core/info.yml', version: coreVersion }];
    const facts = {
      shotgrid: { apis: [apiCopy(version, { core })], cores, configurations: [], problems: [] },
    };
    const parameters = { ...MACHINE, name: 'SHOTGUN_API_CACERTS' } as const;

    const effect = variableSet.effect(facts as never, parameters, linux());

    expect(effect.kind).toBe(helps ? 'change' : 'notApplicable');
    if (!helps) expect(reason(effect)).toContain(version);
  });

  it.each([
    ['/etc/profile.d/studio.sh', 'machine', undefined],
    ['/home/artist/.bashrc', 'user', 'artist'],
  ] as const)('%s decides after our place: a proposal', (source, scope, owner) => {
    const facts = withVariables(variable({ scope, owner: owner ?? null, source }));
    const text = `# secret below\nTOKEN=hunter2\nexport SSL_CERT_FILE=/old.pem\n`;

    const effect = variableSet.effect(
      facts,
      { ...MACHINE, scope, owner },
      linux({ texts: new Map([[source, text]]) }),
    );

    expect(effect).toEqual({
      kind: 'change',
      facts,
      changes: [
        {
          ...{ kind: 'propose', path: source, owner: 'launcher' },
          patch: `--- ${source}\n+++ ${source}\n@@ -3,1 +3,1 @@\n-export SSL_CERT_FILE=/old.pem\n+export SSL_CERT_FILE=${UNION}\n`,
        },
      ],
      remark: expect.stringContaining(source) as string,
    });
  });

  it('a package’s file of configuration is named and written; what is put back is exported', () => {
    const managers = [
      { kind: 'package', manager: 'the package setup', target: '/etc/environment', putsBack: false },
    ] as const;
    const effect = variableSet.effect({}, MACHINE, linux({ managers }));
    expect(effect).toMatchObject({
      changes: [{ kind: 'setVariable' }],
      managers: [{ manager: 'the package setup', target: '/etc/environment' }],
    });

    const owned = linux({ managers: [{ ...managers[0], putsBack: true }] });
    expect(variableSet.effect({}, MACHINE, owned)).toMatchObject({
      facts: {},
      changes: [{ kind: 'propose', owner: 'package' }],
      remark: expect.stringMatching(/^managed by the package setup/) as string,
    });
  });

  it('signs that files of variables read differently are refused', () => {
    const parameters = { ...MACHINE, value: { kind: 'path', path: '/srv/$HOME/ca.pem' } } as const;
    const value = unionBundle({ path: '/srv/$HOME/ca.pem' });
    expect(reason(variableSet.effect({}, parameters, linux({ value })))).toContain('name a path without it');
  });

  it('undo: back, left alone where somebody changed it, nothing where it is done', () => {
    const left = { source: '/etc/environment', now: UNION, written: UNION, previous: null };
    const undo = (now: string | null) =>
      variableSet.undoEffect({}, MACHINE, { left: [{ ...left, now }], reload: false });

    expect(undo(UNION)).toMatchObject({ kind: 'change', changes: [{ value: null, previous: UNION }] });
    expect(undo(null)).toEqual({ kind: 'none' });
    expect(undo('/theirs')).toMatchObject({
      kind: 'blocked',
      reason: expect.stringContaining('/theirs') as string,
    });
  });
});
