import { describe, expect, it } from 'vitest';
import { parseAnswer } from './ask.ts';
import { BEGIN, END } from './facts-script.ts';
import { metadataVersion } from './packages.ts';
import { parseVenvConfig } from './venv-config.ts';

describe('parseVenvConfig', () => {
  it.each([
    [
      'home = /usr/bin\nversion = 3.11.2\ninclude-system-site-packages = false\n',
      { home: '/usr/bin', version: '3.11.2', systemSites: false },
    ],
    [
      'home=/usr/bin\r\nversion_info = 3.13.0.final.0\r\nInclude-System-Site-Packages = TRUE\r\n',
      { home: '/usr/bin', version: '3.13.0', systemSites: true },
    ],
    ['home = relative\nversion = nonsense', { home: null, version: null, systemSites: false }],
    ['', { home: null, version: null, systemSites: false }],
  ])('%j', (text, expected) => {
    expect(parseVenvConfig('/venv', text)).toEqual({ directory: '/venv', ...expected });
  });
});

describe('metadataVersion', () => {
  it.each([
    [['requests-2.31.0.dist-info'], 'requests', '2.31.0'],
    [['requests-2.31.0-py3.11.egg-info'], 'requests', '2.31.0'],
    [['requests_oauthlib-1.3.0.dist-info'], 'requests', null],
    [['shotgun_api3-3.4.0.dist-info'], 'shotgun_api3', '3.4.0'],
    [['Certifi-2024.7.4.dist-info', 'certifi'], 'certifi', '2024.7.4'],
    [['certifi'], 'certifi', null],
  ] as const)('%j: %s is %s', (names, name, version) => {
    expect(metadataVersion(new Set(names), name)).toBe(version);
  });
});

describe('parseAnswer', () => {
  const facts = { version: '3.9.1', implementation: 'CPython', prefix: '/p', path: ['/p/lib'] };
  const framed = (json: string): string => `noise of a start-up hook\n${BEGIN}\n${json}\n${END}\nmore noise`;

  it('finds the facts between the sentinels', () => {
    expect(parseAnswer(framed(JSON.stringify(facts)))).toEqual({ facts });
  });

  it('takes no answer for none, and a hostile one for a failure', () => {
    expect(parseAnswer('Python 3.9.1')).toBeNull();
    expect(parseAnswer(BEGIN)).toBeNull();
    expect(parseAnswer(framed('{"version":'))).toEqual({ failure: 'its facts are not JSON' });
    for (const bad of [
      { ...facts, version: 'x'.repeat(600) },
      { ...facts, path: 'not a list' },
      { ...facts, openssl: { $gt: '' } },
      { ...facts, openssl: 'half a \ud83d character' },
      [],
    ])
      expect(parseAnswer(framed(JSON.stringify(bad)))).toMatchObject({
        failure: expect.stringContaining('expected shape') as string,
      });
  });
});
