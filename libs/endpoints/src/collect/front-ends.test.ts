import { createHash, randomUUID } from 'node:crypto';
import { ROOT_CATALOGUE } from '@trustfleet/certificates/catalogue';
import type { ConfiguredEndpoint } from '@trustfleet/protocol';
import { createTlsLab, type LabCertificate, type LabLeafOptions } from '@trustfleet/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointLook, EndpointPorts } from '../ports.ts';
import type { EndpointsResult } from '../types.ts';
import { collectEndpoints } from './collect-endpoints.ts';
import { SHOWN_FOR_MS } from './keep-shown.ts';

// Front ends of one endpoint, each with a leaf of its own, met one after the other.

const START = Date.UTC(2026, 10, 22, 9);
const ROUND_MS = 15 * 60_000;
const HOST = 'site.studio.test';
const ENDPOINT: ConfiguredEndpoint = { id: randomUUID(), name: 'Site', host: HOST, port: 443, clients: [] };

const lab = createTlsLab({ now: new Date(START) });
let root: LabCertificate;
let issuing: LabCertificate;
/** Of one issuer, for one name, as front ends have them. */
let leaves: LabCertificate[];

const leafOf = (issuer: LabCertificate, more: LabLeafOptions = {}) =>
  lab.leaf(issuer, { commonName: HOST, dnsNames: [HOST], ipAddresses: [], ...more });

beforeAll(async () => {
  root = await lab.authority('Studio Root');
  issuing = await lab.authority('Studio Issuing', { issuer: root });
  leaves = await Promise.all([1, 2, 3, 4, 5].map(() => leafOf(issuing)));
});
afterAll(() => lab.close());

type Shown = readonly LabCertificate[] | Partial<EndpointLook>;

/** What a look at a front end gives; `nameless` where another one answers who sends no name. */
interface Front {
  readonly named: Shown;
  readonly nameless?: Shown;
}

function lookOf(shown: Shown): EndpointLook {
  const seen = { network: 'connected', detail: null, tls: 'TLSv1.3', proxy: null, chain: [] } as const;
  return 'length' in shown ? { ...seen, chain: shown.map(({ der }) => der) } : { ...seen, ...shown };
}

const behind = (leaf: LabCertificate): Front => ({ named: [leaf, issuing] });

/** One look after the other; nothing but what the agent keeps goes from one to the next. */
class Watch {
  known: EndpointsResult | null = null;
  at = START;

  async look(front: Front, afterMs = ROUND_MS): Promise<string> {
    this.at += afterMs;
    const ports: EndpointPorts = {
      observeEndpoint: ({ serverName }) =>
        Promise.resolve(lookOf(serverName === null ? (front.nameless ?? front.named) : front.named)),
    };
    this.known = await collectEndpoints(ports, {
      ...{ endpoints: [ENDPOINT], due: new Set([ENDPOINT.id]), known: this.known },
      proxy: { httpsProxy: null, noProxy: null },
      catalogue: ROOT_CATALOGUE,
      anchors: [root.der],
      now: new Date(this.at),
    });
    return this.digest;
  }

  get digest(): string {
    return createHash('sha256').update(JSON.stringify(this.known?.section)).digest('hex');
  }

  get leaf(): string | undefined {
    return this.known?.section.endpoints[0]?.chain[0];
  }
}

/** By place; the tests know how many there are. */
const leaf = (index: number): LabCertificate => leaves[index % leaves.length]!;

describe('front ends with leaves of one issuer', () => {
  it('are one fact, in whatever order they are met with and without a name, from the first look on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(4), fc.nat(4), fc.boolean()), { minLength: 2, maxLength: 90 }),
        async (visits) => {
          const watch = new Watch();
          const digests = new Set<string>();
          for (const [named, nameless, oldTls] of visits) {
            const tls = oldTls ? 'TLSv1.2' : 'TLSv1.3';
            const front = {
              named: { chain: [leaf(named).der, issuing.der], tls },
              nameless: [leaf(nameless), issuing],
            };
            digests.add(await watch.look(front));
            // What the section names can be sent, and nothing else is held.
            const held = [...(watch.known?.certificates.keys() ?? [])].sort();
            expect(held).toEqual([...(watch.known?.section.endpoints[0]?.chain ?? [])].sort());
          }
          expect(digests.size).toBe(1);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('change the fact at most once a day, however many there are, when the one that stands was not met for that long', async () => {
    const watch = new Watch();
    await watch.look(behind(leaf(0)));
    const first = watch.digest;
    for (let round = 1; round * ROUND_MS < SHOWN_FOR_MS; round += 1)
      expect(await watch.look(behind(leaf(1 + (round % 4))))).toBe(first);
    expect(watch.leaf).toBe(leaf(0).sha256);

    await watch.look(behind(leaf(2)));
    expect(watch.leaf).toBe(leaf(2).sha256);
    expect(await watch.look(behind(leaf(0)))).toBe(watch.digest);
    expect(watch.leaf).toBe(leaf(2).sha256);
  });

  it('are taken for just met where nothing was kept of that, and for gone where the clock was set back', async () => {
    const watch = new Watch();
    await watch.look(behind(leaf(0)));
    const { section, certificates } = watch.known!;
    watch.known = { section, certificates };
    await watch.look(behind(leaf(1)), 2 * SHOWN_FOR_MS);
    expect(watch.leaf).toBe(leaf(0).sha256);

    await watch.look(behind(leaf(1)), -ROUND_MS);
    await watch.look(behind(leaf(1)), -SHOWN_FOR_MS);
    expect(watch.leaf).toBe(leaf(1).sha256);
  });
});

describe('what decides about a verdict shows at once', () => {
  const differing: [string, () => Promise<Front>][] = [
    ['another issuer', async () => ({ named: [await leafOf(root)] })],
    [
      'an issuer of the same name with another key',
      async () => ({
        named: [await leafOf(await lab.authority('Studio Issuing', { issuer: root })), issuing],
      }),
    ],
    [
      'another certificate of the issuer',
      async () => {
        const twin = await lab.authority('Studio Issuing', { issuer: root });
        return { named: [await leafOf(twin), twin] };
      },
    ],
    ['no issuer beside it', () => Promise.resolve({ named: [leaf(1)] })],
    ['one more certificate beside it', () => Promise.resolve({ named: [leaf(1), issuing, root] })],
    [
      'a leaf that is over',
      async () => ({ named: [await leafOf(issuing, { now: new Date(START - 400 * 86_400_000) }), issuing] }),
    ],
    [
      'a leaf that is not valid yet',
      async () => ({ named: [await leafOf(issuing, { now: new Date(START + 9 * 86_400_000) }), issuing] }),
    ],
    [
      'a leaf for another name',
      async () => ({ named: [await leafOf(issuing, { dnsNames: ['other.studio.test'] }), issuing] }),
    ],
    [
      'a leaf that only some clients take for it',
      async () => ({ named: [await leafOf(issuing, { dnsNames: [], ipAddresses: ['10.0.0.1'] }), issuing] }),
    ],
    ['a self-signed leaf', async () => ({ named: [await lab.selfSigned({ dnsNames: [HOST] })] })],
    ['no answer', () => Promise.resolve({ named: { network: 'timedOut', tls: null } })],
    [
      'another chain for who sends no name',
      async () => ({ named: [leaf(1), issuing], nameless: [await leafOf(root)] }),
    ],
  ];

  it.each(differing)('%s', async (_name, front) => {
    const watch = new Watch();
    const before = await watch.look(behind(leaf(0)));
    const other = await front();

    const after = await watch.look(other);
    expect(after).not.toBe(before);
    expect(watch.leaf).toBe('length' in other.named ? other.named[0]?.sha256 : undefined);
    // And back at once.
    await watch.look(behind(leaf(2)));
    expect(watch.leaf).toBe(leaf(2).sha256);
  });

  it('a leaf that stands and is over by now gives way to one that is not', async () => {
    const short = await leafOf(issuing, { now: new Date(START - 365 * 86_400_000 + 3_600_000) });
    const watch = new Watch();
    await watch.look(behind(short));
    await watch.look(behind(leaf(0)));
    expect(watch.leaf).toBe(short.sha256);

    await watch.look(behind(leaf(0)), 3_600_000);
    expect(watch.leaf).toBe(leaf(0).sha256);
  });

  it('other names of a leaf do not', async () => {
    const watch = new Watch();
    const before = await watch.look(behind(leaf(0)));
    const more = await leafOf(issuing, { dnsNames: ['pod-7.studio.test', HOST], commonName: 'pod-7' });

    expect(await watch.look(behind(more))).toBe(before);
  });
});
