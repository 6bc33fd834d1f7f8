import { variablesSection } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectBundles, collectVariables } from '../index.ts';
import { NOBODY, type PythonPorts, type RegistryReading } from '../ports.ts';
import { realPorts } from '../testing/host.ts';
import { expandPercent } from './expand.ts';

const KIM = 'S-1-5-21-1-2-3-1001';
const LEE = 'S-1-5-21-1-2-3-1002';
const MACHINE = 'SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
const PROFILES = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList';

interface Key {
  readonly values?: Readonly<Record<string, string | { readonly expands: string }>>;
  readonly keys?: readonly string[];
}

/** A registry of its own. Keys that are not there are missing, `null` ones may not be read. */
function ports(keys: Readonly<Record<string, Key | null>>): PythonPorts {
  const read = (name: string): RegistryReading => {
    const key = keys[name];
    if (key === undefined) return { state: 'missing', detail: `${name} does not exist` };
    if (key === null) return { state: 'unreadable', detail: `${name} may not be read by this account` };
    const values = Object.entries(key.values ?? {}).map(([value, text]) =>
      typeof text === 'string'
        ? { name: value, text, expands: false }
        : { name: value, text: text.expands, expands: true },
    );
    return { state: 'read', values, keys: key.keys ?? [] };
  };
  return {
    ...realPorts(),
    ...{ platform: 'windows', uid: -1, canActAs: false },
    registry: { read: (hive, key) => Promise.resolve(read(hive === 'users' ? `users:${key}` : key)) },
  };
}

const STUDIO = {
  [MACHINE]: {
    values: {
      SSL_CERT_FILE: { expands: '%STUDIO%\\ca.pem' },
      requests_ca_bundle: '%STUDIO%\\ca.pem',
      STUDIO: 'D:\\studio',
      SECRET_TOKEN: 'hunter2',
    },
  },
  'users:': { keys: ['.DEFAULT', 'S-1-5-18', KIM, `${KIM}_Classes`] },
  [`users:${KIM}\\Environment`]: {
    values: { CURL_CA_BUNDLE: { expands: '%UserProfile%\\ca.pem' }, Path: 'C:\\bin' },
  },
  [PROFILES]: { keys: ['S-1-5-18', KIM] },
  [`${PROFILES}\\${KIM}`]: { values: { ProfileImagePath: { expands: '%SystemDrive%\\Users\\kim' } } },
};
const collect = (keys: Readonly<Record<string, Key | null>>) =>
  collectVariables(ports(keys), { processEnv: { SystemDrive: 'C:', PIP_CERT: 'C:\\pip.pem' } });

describe('collectVariables on Windows', () => {
  it('reads what the service control manager adds for one service, unexpanded', async () => {
    const services = 'SYSTEM\\CurrentControlSet\\Services';
    const { section } = await collect({
      [services]: { keys: ['Farm', 'Plain'] },
      [`${services}\\Farm`]: {
        values: { Environment: 'TOKEN=hunter2\0ssl_cert_file=C:\\%X%\\ca.pem\0=C:', ImagePath: 'farm.exe' },
      },
      [`${services}\\Plain`]: { values: { ImagePath: 'plain.exe' } },
    });

    expect(section.variables.filter(({ owner }) => owner !== 'trustfleet-agent')).toEqual([
      {
        ...{ name: 'SSL_CERT_FILE', value: 'C:\\%X%\\ca.pem', scope: 'service', owner: 'Farm' },
        source: `HKEY_LOCAL_MACHINE\\${services}\\Farm`,
      },
    ]);
    expect(JSON.stringify(section)).not.toContain('hunter2');
  });

  it('reads those of the machine and of people who are signed in, and keeps no others', async () => {
    const { section, variables, watch } = await collect(STUDIO);

    expect(variablesSection.parse(section)).toEqual(section);
    expect(section.problems).toEqual([]);
    expect(section.variables).toEqual([
      {
        name: 'CURL_CA_BUNDLE',
        value: 'C:\\Users\\kim\\ca.pem',
        scope: 'user',
        owner: 'kim',
        source: `HKEY_USERS\\${KIM}\\Environment`,
      },
      {
        name: 'PIP_CERT',
        value: 'C:\\pip.pem',
        scope: 'service',
        owner: 'trustfleet-agent',
        source: 'process',
      },
      {
        name: 'REQUESTS_CA_BUNDLE',
        value: '%STUDIO%\\ca.pem',
        scope: 'machine',
        owner: null,
        source: `HKEY_LOCAL_MACHINE\\${MACHINE}`,
      },
      {
        name: 'SSL_CERT_FILE',
        value: 'D:\\studio\\ca.pem',
        scope: 'machine',
        owner: null,
        source: `HKEY_LOCAL_MACHINE\\${MACHINE}`,
      },
    ]);
    expect(variables.map(({ readAs }) => readAs)).toEqual([NOBODY, null, null, null]);
    expect(watch).toEqual([]);
    expect(JSON.stringify(section)).not.toContain('hunter2');
  });

  it('a file that a person names is not read with the rights of the agent', async () => {
    const { variables } = await collect(STUDIO);
    const asked: unknown[] = [];
    const readFile: PythonPorts['readFile'] = (path, options) => {
      asked.push([path, options?.asUser]);
      return Promise.resolve({ state: 'missing', detail: 'not there', size: null, realPath: null });
    };

    await collectBundles(
      { ...ports({}), readFile, networkMount: () => Promise.resolve(null) },
      {
        variables,
        certifi: [],
      },
    );

    expect(asked).toContainEqual(['C:\\Users\\kim\\ca.pem', NOBODY]);
    expect(asked).toContainEqual(['D:\\studio\\ca.pem', undefined]);
  });

  it('says what was not read, rather than nothing', async () => {
    const found = await collect({
      ...STUDIO,
      [MACHINE]: null,
      [PROFILES]: { keys: [KIM, LEE] },
      [`${PROFILES}\\${LEE}`]: { values: { ProfileImagePath: 'C:\\Users\\lee' } },
    });

    expect(found.section.problems).toEqual([
      {
        path: `HKEY_LOCAL_MACHINE\\${MACHINE}`,
        reason: `${MACHINE} may not be read by this account`,
      },
      { path: 'HKEY_USERS', reason: expect.stringContaining('not signed in') as string },
    ]);
    const none = await collectVariables({ ...ports({}), registry: null }, { processEnv: {} });
    expect(none.section).toMatchObject({ variables: [], problems: [{ path: 'HKEY_LOCAL_MACHINE' }] });
  });
});

describe('expandPercent', () => {
  const lookup = (name: string): string | undefined => ({ a: 'x', b: '%a%' })[name];

  it.each([
    ['%A%\\%a%', 'x\\x'],
    ['%B%', '%a%'],
    ['%none%', '%none%'],
    ['50% of %a', '50% of %a'],
    ['%%a%%', '%x%'],
  ])('%s becomes %s', (text, expanded) => {
    expect(expandPercent(text, lookup)).toBe(expanded);
  });

  it('leaves a text without signs as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('%'));
        expect(expandPercent(text, lookup)).toBe(text);
      }),
    );
  });
});
