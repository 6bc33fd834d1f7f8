import { configuredEndpoint } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointTemplates, siteAddress } from './index.ts';

const hosted = 'studio.shotgrid.autodesk.com';

describe('siteAddress', () => {
  it.each([
    ['studio', hosted, 443],
    [' Studio ', hosted, 443],
    [hosted, hosted, 443],
    ['https://studio.shotgrid.autodesk.com/page/1?a=b#c', hosted, 443],
    ['https://studio.shotgunstudio.com', 'studio.shotgunstudio.com', 443],
    ['http://sg.studio.example', 'sg.studio.example', 443],
    ['http://sg.studio.example:80/', 'sg.studio.example', 443],
    ['sg.studio.example:8443', 'sg.studio.example', 8443],
    ['xn--hg3b.example', 'xn--hg3b.example', 443],
  ])('%j is %s:%i', (text, host, port) => {
    expect(siteAddress(text)).toEqual({ host, port });
  });

  it.each([
    '',
    ' ',
    'https://',
    'https://user:secret@studio.example',
    'studio.example:0',
    'studio.example:65536',
    'studio..example',
    '-studio',
    'studio.example.',
    '192.168.1.1',
    '[::1]',
    'a b',
    'ftp://studio.example',
    'https://https://studio.example',
    '스튜디오',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(130)}example`,
    'studio\u0000.example',
  ])('%j is none', (text) => {
    expect(siteAddress(text)).toBeNull();
  });

  it('gives only what may be configured, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain()), (text) => {
        const address = siteAddress(text);
        if (address === null) return;
        const endpoint = { id: '01936f00-0000-7000-8000-000000000001', name: 'x', clients: [], ...address };
        expect(configuredEndpoint.safeParse(endpoint).success).toBe(true);
      }),
    );
  });
});

describe('endpointTemplates', () => {
  it('of a site and a region: the site, its media, the app store, the package index (shotgrid.md §2.7)', () => {
    expect(
      endpointTemplates('studio', 'tokyo')?.map(({ purpose, host, port }) => [purpose, host, port]),
    ).toEqual([
      ['site', hosted, 443],
      ['media', 'sg-media-tokyo.s3.amazonaws.com', 443],
      ['mediaAccelerated', 'sg-media-tokyo.s3-accelerate.amazonaws.com', 443],
      ['appStore', 'tank.shotgunstudio.com', 443],
      ['packageIndex', 'pypi.org', 443],
      ['packageFiles', 'files.pythonhosted.org', 443],
    ]);
  });

  it('names for each the clients that reach for it', () => {
    const clientsOf = Object.fromEntries(
      (endpointTemplates('studio', 'tokyo') ?? []).map(({ purpose, clients }) => [purpose, clients]),
    );

    expect(clientsOf).toEqual({
      site: ['shotgun_api3.crud', 'shotgun_api3.form', 'toolkit.urlopen'],
      media: ['shotgun_api3.form', 'shotgun_api3.s3', 'toolkit.urlopen'],
      mediaAccelerated: ['shotgun_api3.form', 'shotgun_api3.s3', 'toolkit.urlopen'],
      appStore: ['shotgun_api3.crud', 'toolkit.urlopen'],
      packageIndex: ['pip'],
      packageFiles: ['pip'],
    });
  });

  it('of what is no site: nothing', () => {
    expect(endpointTemplates('a b', 'tokyo')).toBeNull();
  });
});
