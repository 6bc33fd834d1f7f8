import { execFileSync } from 'node:child_process';
import { createHost } from '@trustfleet/host';
import { ROOT_CATALOGUE } from '@trustfleet/certificates/catalogue';
import { endpointsSection, verdictsSection, type ConfiguredEndpoint } from '@trustfleet/protocol';
import { collectBundles, collectVariables, discoverPythons } from '@trustfleet/python';
import { canonicalJson } from '@trustfleet/signing';
import { createTlsLab, type LabCertificate, type TlsLab } from '@trustfleet/testkit';
import { createTrustStores } from '@trustfleet/trust-stores';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFakeRoot, type FakeRoot } from '../testing/fake-root.ts';
import { endpointFacts, type EndpointOrders } from './endpoint-facts.ts';
import { judgeHost, type Judged, type JudgeInput } from './judge-host.ts';

const PYTHON = execFileSync('python3', ['-c', 'import os, sys; print(os.path.realpath(sys.executable))'], {
  encoding: 'utf8',
}).trim();
const START = new Date();
const MINUTE = 60_000;
const after = (minutes: number): Date => new Date(START.getTime() + minutes * MINUTE);

let fake: FakeRoot;
let lab: TlsLab;
let authority: LabCertificate;
let endpoint: ConfiguredEndpoint;
/** Handshakes that the server saw. */
let met: number;
let input: JudgeInput;
beforeEach(async () => {
  fake = await makeFakeRoot();
  lab = createTlsLab();
  authority = await lab.authority('Studio Root');
  const { port, server } = await lab.serve(await lab.leaf(authority));
  met = 0;
  server.on('connection', () => (met += 1));
  endpoint = {
    id: '00000000-0000-8000-8000-000000000001',
    name: 'Site',
    host: 'localhost',
    port,
    clients: ['ssl'],
  };
  const host = createHost();
  const collect = { root: fake.root, processEnv: { PATH: dirname(PYTHON) } };
  const stores = await createTrustStores(host, { root: fake.root }).collect();
  const pythons = await discoverPythons(host, collect);
  const variables = await collectVariables(host, collect);
  const bundles = await collectBundles(host, { variables: variables.variables, ...pythons });
  input = {
    ...{ host, collect, catalogue: ROOT_CATALOGUE },
    sections: {
      pythons: pythons.section,
      variables: { variables: [] },
      bundles: bundles.section,
      trustStores: { stores: [...stores.stores] },
    },
    certificates: new Map([...bundles.certificates, ...stores.certificates]),
    orders: orders([endpoint]),
    known: null,
    round: true,
    wallClock: START,
    random: 0,
  };
});
afterEach(async () => {
  await lab.close();
  await fake.remove();
});

const orders = (configured: ConfiguredEndpoint[], more: Partial<EndpointOrders> = {}): EndpointOrders => ({
  ...{ configured, probeAgain: false, clockOffsetMs: null },
  ...more,
});
/** As it goes from one process to the next. */
const next = (judged: Judged, more: Partial<JudgeInput> = {}): Promise<Judged> =>
  judgeHost({ ...input, known: endpointFacts.parse(JSON.parse(JSON.stringify(judged.facts))), ...more });
const bytesOf = ({ endpoints, verdicts }: Judged): string => canonicalJson({ endpoints, verdicts });
const ofPython = ({ verdicts }: Judged): Judged['verdicts']['verdicts'] =>
  verdicts.verdicts.filter(({ source }) =>
    verdicts.sources.some(({ id, python, client }) => id === source && python !== null && client === 'ssl'),
  );

describe('judgeHost', () => {
  it('looks, foretells and really shakes hands, and both say the same', async () => {
    const judged = await judgeHost(input);

    expect(endpointsSection.parse(judged.endpoints)).toEqual(judged.endpoints);
    expect(verdictsSection.parse(judged.verdicts)).toEqual(judged.verdicts);
    expect(judged.endpoints.endpoints).toMatchObject([{ host: 'localhost', network: 'connected' }]);
    for (const sha256 of judged.endpoints.endpoints[0]?.chain ?? [])
      expect(judged.certificates.has(sha256)).toBe(true);
    const [verdict] = ofPython(judged);
    expect(verdict).toMatchObject({
      predicted: { result: 'fails' },
      probed: { result: 'fails' },
      notProbed: null,
    });
    expect(verdict?.probed?.code).toBe(verdict?.predicted.code);
    expect(met).toBe(3);
  });

  it('leaves the endpoint alone before its time, and says the same bytes', async () => {
    const first = await judgeHost(input);
    const soon = await next(first, { wallClock: after(14) });
    const later = await next(soon, { wallClock: after(16) });

    expect(bytesOf(soon)).toBe(bytesOf(first));
    expect(bytesOf(later)).toBe(bytesOf(first));
    // Looked at again, with a name and without; not probed again, since nothing changed.
    expect(met).toBe(5);
    expect(soon.facts.nextAt).toBeGreaterThanOrEqual(after(15).getTime());
  });

  it('probes again once a day, when somebody asks, and when the chain changed', async () => {
    const first = await judgeHost(input);
    const asked = await next(first, {
      wallClock: after(16),
      orders: orders([endpoint], { probeAgain: true }),
    });
    expect(met).toBe(6);

    const daily = await next(asked, { wallClock: after(26 * 60) });
    expect(met).toBe(9);

    const other = await lab.serve(await lab.leaf(await lab.authority('Another')));
    const moved = { ...endpoint, port: other.port };
    const changed = await next(daily, { wallClock: after(27 * 60), orders: orders([moved]) });
    expect(changed.endpoints.endpoints).toMatchObject([{ port: other.port }]);
    expect(ofPython(changed)).toMatchObject([{ probed: { result: 'fails' } }]);
  });

  it('does not show what a probe found of another chain', async () => {
    const first = await judgeHost(input);
    const other = await lab.serve(await lab.leaf(authority));
    const moved = { ...endpoint, port: other.port };

    const before = await next(first, { wallClock: after(1), orders: orders([moved]), round: false });

    expect(before.endpoints.endpoints).toEqual([]);
    expect(before.verdicts.verdicts).toEqual([]);
    expect(met).toBe(3);
  });

  it('reaches for nothing that is not configured', async () => {
    const first = await judgeHost(input);
    const none = await next(first, { wallClock: after(20), orders: orders([]) });

    expect(none.endpoints.endpoints).toEqual([]);
    expect(none.verdicts.sources.length).toBeGreaterThan(0);
    expect(none.verdicts.verdicts).toEqual([]);
    expect(met).toBe(3);
  });

  it('says why a client is not probed', async () => {
    const { verdicts } = await judgeHost({ ...input, orders: orders([{ ...endpoint, clients: ['git'] }]) });

    expect(verdicts.verdicts).toMatchObject([
      { probed: null, notProbed: 'predicted only: this client is judged by its settings' },
    ]);
    expect(met).toBe(2);
  });
});
