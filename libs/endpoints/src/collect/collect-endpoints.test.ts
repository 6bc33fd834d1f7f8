import { randomUUID } from 'node:crypto';
import { ROOT_CATALOGUE } from '@trustfleet/certificates/catalogue';
// eslint-disable-next-line @nx/enforce-module-boundaries -- tests look at real servers; outside tests the apps connect the ports
import { observeEndpoint } from '@trustfleet/host';
import { type ConfiguredEndpoint, endpointsSection } from '@trustfleet/protocol';
import { createTlsLab, type LabCertificate } from '@trustfleet/testkit';
import { createSecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointPorts } from '../ports.ts';
import type { CollectEndpointsOptions, EndpointsResult } from '../types.ts';
import { collectEndpoints } from './collect-endpoints.ts';
import { proxyFor } from './proxy-for.ts';

const lab = createTlsLab();
let root: LabCertificate;
let leaf: LabCertificate;

beforeAll(async () => {
  root = await lab.authority('Endpoint Root');
  leaf = await lab.leaf(root);
});
afterAll(() => lab.close());

/** Real looks, with the names of endpoints led to this machine, and a list of what was asked. */
function ports(): EndpointPorts & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async observeEndpoint(request) {
      asked.push(`${request.host} ${request.serverName ?? '-'}`);
      return await observeEndpoint({ ...request, host: '127.0.0.1' });
    },
  };
}

const endpoint = (host: string, port: number): ConfiguredEndpoint => ({
  id: randomUUID(),
  name: host,
  host,
  port,
  clients: [],
});

async function collect(
  on: EndpointPorts,
  endpoints: readonly ConfiguredEndpoint[],
  more: Partial<CollectEndpointsOptions> = {},
): Promise<EndpointsResult> {
  const result = await collectEndpoints(on, {
    endpoints,
    due: new Set(endpoints.map(({ id }) => id)),
    known: null,
    proxy: { httpsProxy: null, noProxy: null },
    catalogue: ROOT_CATALOGUE,
    anchors: [],
    now: new Date(),
    ...more,
  });
  expect(endpointsSection.parse(result.section)).toEqual(result.section);
  return result;
}

describe('collectEndpoints', () => {
  it('names what is shown, with and without a name, and brings every certificate that it names', async () => {
    const other = await lab.authority('Other');
    const named = await lab.leaf(root, { commonName: 'named' });
    const { port } = await lab.serve(leaf, {
      chain: [root],
      SNICallback: (_, answer) => {
        // With a chain of its own: up to Node 22 it would get the server's.
        answer(null, createSecureContext({ key: named.privateKeyPem, cert: named.pem + other.pem }));
      },
    });
    const on = ports();

    const { section, certificates } = await collect(on, [endpoint('site.test', port)]);

    expect(section.endpoints).toMatchObject([
      {
        host: 'site.test',
        network: 'connected',
        detail: null,
        chain: [named.sha256, other.sha256],
        chainWithoutName: [leaf.sha256, root.sha256],
        tls: 'TLSv1.3',
        proxy: null,
        interception: null,
      },
    ]);
    expect([...certificates.keys()].toSorted()).toEqual(
      [named.sha256, other.sha256, leaf.sha256, root.sha256].toSorted(),
    );
    expect(on.asked).toEqual(['site.test site.test', 'site.test -']);
  });

  it('never names an address, and says nothing of a chain that is the same without a name', async () => {
    const { port } = await lab.serve(leaf);
    const on = ports();

    const { section } = await collect(on, [endpoint('127.0.0.1', port), endpoint('site.test', port)]);

    expect(on.asked.toSorted()).toEqual(['127.0.0.1 -', 'site.test -', 'site.test site.test']);
    expect(section.endpoints.map((one) => one.chainWithoutName)).toEqual([null, null]);
  });

  it('gives the same bytes for the same servers, whatever the order', async () => {
    const { port } = await lab.serve(leaf, { chain: [root] });
    const [a, b] = [endpoint('a.test', port), endpoint('b.test', port)];

    const first = await collect(ports(), [a, b]);
    const second = await collect(ports(), [b, a]);

    expect(second.section).toEqual(first.section);
  });

  it('leaves what is not due as it was, and forgets what is no longer configured', async () => {
    const server = await lab.serve(leaf, { chain: [root] });
    const [kept, gone, moved, fresh] = ['kept.test', 'gone.test', 'moved.test', 'fresh.test'].map((host) =>
      endpoint(host, server.port),
    ) as [ConfiguredEndpoint, ConfiguredEndpoint, ConfiguredEndpoint, ConfiguredEndpoint];
    const known = await collect(ports(), [kept, gone, moved]);
    await server.close();
    const on = ports();

    const next = await collect(on, [kept, { ...moved, host: 'elsewhere.test' }, fresh], {
      due: new Set([fresh.id]),
      known,
    });

    expect(on.asked).toEqual(['fresh.test fresh.test']);
    expect(
      new Map(next.section.endpoints.map(({ host, network, chain }) => [host, [network, chain.length]])),
    ).toEqual(
      new Map([
        ['kept.test', ['connected', 2]],
        ['fresh.test', ['refused', 0]],
      ]),
    );
    expect([...next.certificates.keys()].toSorted()).toEqual([leaf.sha256, root.sha256].toSorted());
  });

  it('tells who answers in the place of endpoints of different owners', async () => {
    const { port } = await lab.serve(leaf);
    const endpoints = [endpoint('studio.shotgrid.test', port), endpoint('bucket.s3.test', port)];

    const { section } = await collect(ports(), endpoints, { anchors: [root.der] });

    expect(section.endpoints.map(({ interception }) => interception)).toEqual([
      { issuer: 'CN=Endpoint Root', certificate: root.sha256 },
      { issuer: 'CN=Endpoint Root', certificate: root.sha256 },
    ]);
  });

  it('keeps no certificate that could not travel', async () => {
    const huge = new Uint8Array(70_000);
    const on: EndpointPorts = {
      observeEndpoint: () =>
        Promise.resolve({
          network: 'connected',
          detail: null,
          tls: 'TLSv1.2',
          chain: [leaf.der, huge, root.der],
          proxy: null,
        }),
    };

    const { section, certificates } = await collect(on, [endpoint('huge.test', 443)]);

    expect(section.endpoints).toMatchObject([
      { chain: [leaf.sha256], detail: expect.stringContaining('first 1 certificates') as string },
    ]);
    expect([...certificates.keys()]).toEqual([leaf.sha256]);
  });
});

describe('proxyFor', () => {
  const proxy = 'http://proxy.test:3128';
  it.each([
    [null, null, null],
    ['', null, null],
    [proxy, null, proxy],
    [proxy, '', proxy],
    [proxy, '*', null],
    [proxy, 'other.test', proxy],
    [proxy, 'localhost, .Studio.test', null],
    [proxy, 'studio.test', null],
    [proxy, '*.studio.test', null],
    [proxy, 'site.studio.test:443', null],
    [proxy, 'site.studio.test:8443', proxy],
    [proxy, 'udio.test', proxy],
  ])('HTTPS_PROXY=%s NO_PROXY=%s: %s', (httpsProxy, noProxy, expected) => {
    expect(proxyFor({ host: 'site.studio.test', port: 443 }, { httpsProxy, noProxy })).toBe(expected);
  });
});
