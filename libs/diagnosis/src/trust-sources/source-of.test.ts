import type { ClientName } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { resolveSource, type ResolvedSource } from '../index.ts';
import { CERTIFI } from '../testing/clients.ts';
import { api, consumerOf, factsOf, installed, ownBundles, pem, python } from '../testing/facts.ts';

const CLIENTS: readonly ClientName[] = [
  'ssl',
  'toolkit.urlopen',
  'requests',
  'httplib2',
  'shotgun_api3.crud',
];
const packages = [installed('requests', '2.11.1'), installed('httplib2', '0.12.0'), CERTIFI];

describe('the name of the server', () => {
  const resolve = (client: ClientName, environment: ReturnType<typeof python>): ResolvedSource =>
    resolveSource(
      consumerOf(client, { python: environment, api: api('3.2.5') }),
      factsOf({ bundles: ownBundles() }),
    );

  it.each(CLIENTS)('%s: an ssl module without SNI sends none', (client) => {
    const { ssl } = python('2.7.18');
    if (!ssl) throw new Error('it was asked');
    const without = python('2.7.18', { packages, ssl: { ...ssl, sni: false } });
    expect(resolve(client, python('2.7.18', { packages })).sendsName).toBe(true);
    expect(resolve(client, without).sendsName).toBe(false);
    expect(resolve(client, python('2.7.8', { packages })).sendsName).toBe(false);
  });
});

describe('a path with an exclamation mark', () => {
  const resolve = (path: string, platform: 'linux' | 'windows' = 'linux'): ResolvedSource =>
    resolveSource(
      consumerOf('shotgun_api3.crud', {
        python: python('3.11.7'),
        api: api('3.10.0'),
        set: { SHOTGUN_API_CACERTS: path },
      }),
      factsOf({ platform, bundles: [pem('/mnt/!studio/ca.pem', 'studio')] }),
    );

  it('of a folder is a path as any other', () => {
    expect(resolve('/mnt/!studio/ca.pem').source).toMatchObject({ state: 'anchors', anchors: 1 });
  });

  it('inside a zip is no file', () => {
    const inside = '/core/pkgs.zip!shotgun_api3/lib/certifi/cacert.pem';
    expect(resolve(inside).source.error).toBe('NotADirectoryError: [Errno 20] Not a directory');
    expect(resolve(inside, 'windows').source.error).toBe(
      'FileNotFoundError: [Errno 2] No such file or directory',
    );
  });
});
