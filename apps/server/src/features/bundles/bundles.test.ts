import { rootCertificates } from 'node:tls';
import type { BundleView, CreatedEnrolmentToken, MakeBundle } from '@trustfleet/api';
import { parseBundle, pemToDer, sha256Hex, toPem } from '@trustfleet/certificates';
import { ROOT_CATALOGUE } from '@trustfleet/certificates/catalogue';
import { openDatabase, type Database } from '@trustfleet/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../../testing/test-server.ts';
import { enrolHost, fetchedBy, TestAgent } from '../../testing/test-agent.ts';
import {
  eventually,
  demoAnchor,
  personWith,
  type ServerLab,
  startServerLab,
} from '../../testing/test-server.ts';

let lab: ServerLab;
let database: Database;
let anchor: string;
beforeAll(async () => {
  lab = await startServerLab();
  database = await openDatabase({ url: lab.server.databaseUrl });
  anchor = await demoAnchor(lab.page);
});
afterAll(async () => {
  await database.close();
  await lab.stop();
});

async function enrolled(): Promise<TestAgent['identity']> {
  const { body } = await lab.page.post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', {});
  return enrolHost(body.token);
}
const make = (wanted: MakeBundle, page: Page = lab.page) => page.post<BundleView>('/api/v1/bundles', wanted);
const NEWEST = ROOT_CATALOGUE.newest;
const newest = new Set(ROOT_CATALOGUE.rootsOf(NEWEST.version)!.roots.map(({ sha256 }) => sha256));
const ders = rootCertificates.map(pemToDer).filter((der) => newest.has(sha256Hex(der)));
const fileOf = (certificates: readonly Uint8Array[], head = ''): string =>
  Buffer.from(`${head}${certificates.map(toPem).join('')}`).toString('base64');

describe('a bundle that is ordered', () => {
  it('is offered by its name alone, and the host fetches its bytes over the agents’ port', async () => {
    const { body: bundle } = await make({ anchors: [anchor] });
    const [identity, other] = [await enrolled(), await enrolled()];
    const agent = new TestAgent(identity, { permits: ['bundle.deploy'] });
    agent.start({});
    await eventually(() => Promise.resolve(agent.online), Boolean);

    const ordered = await lab.page.post('/api/v1/orders', {
      ...{ remedy: 'bundle.deploy', mode: 'apply', hostIds: [identity.hostId], reason: 'test' },
      parameters: { bundle: bundle.sha256, list: bundle.list },
    });
    expect(ordered.status).toBe(201);
    await eventually(() => Promise.resolve(agent.jobs.length), Boolean);

    expect(agent.jobs[0]!.order.artifacts).toEqual([bundle.sha256]);
    expect(agent.jobs[0]!.message.artifacts).toEqual({});
    const all = await fetchedBy(identity, bundle.sha256);
    expect(sha256Hex(all)).toBe(bundle.sha256);
    expect(await fetchedBy(identity, bundle.sha256, 100_000)).toEqual(all.subarray(100_000));
    // Another host of the fleet has no such job.
    await expect(fetchedBy(other, bundle.sha256)).rejects.toThrow(/HTTP 404/);
    await agent.stop();
  });
});

describe('POST /api/v1/bundles', () => {
  it('the public list of this release with the studio’s own root, kept as the artifact of its name', async () => {
    const { status, body } = await make({ anchors: [anchor] });
    const held = await database.artifacts.get(body.sha256);
    const parsed = parseBundle(held!.bytes);

    expect([status, body.list.name, body.size]).toEqual([
      201,
      `certifi ${NEWEST.version}`,
      held!.bytes.length,
    ]);
    expect(sha256Hex(held!.bytes)).toBe(body.sha256);
    expect(parsed.anchors).toEqual([...newest, anchor].sort());
    expect(body.roots.find(({ sha256 }) => sha256 === anchor)?.origins).toEqual(['studio']);
    expect([body.entering, body.leaving]).toEqual([[], []]);
    // The same wish is the same bundle.
    expect((await make({ anchors: [anchor] })).body.sha256).toBe(body.sha256);
  });

  it('a root that leaves the public list stays until someone approves its going', async () => {
    const gone = sha256Hex(ders[0]!);
    const list = fileOf(
      ders.slice(1),
      '## Certificate data from Mozilla as of: Tue Jul  7 03:12:07 2026 GMT\n',
    );

    const stays = (await make({ list })).body;
    const goes = (await make({ list, approvedGoing: [gone] })).body;

    expect(stays.list).toEqual({ name: 'cacert.pem 2026-07-07', published: '2026-07-07' });
    expect(stays.leaving).toMatchObject([{ sha256: gone, kept: true }]);
    expect(stays.roots.find(({ sha256 }) => sha256 === gone)?.origins).toEqual(['kept']);
    expect(goes.leaving).toMatchObject([{ sha256: gone, kept: false }]);
    expect(goes.roots.some(({ sha256 }) => sha256 === gone)).toBe(false);
  });

  it('a list that does not say what it is needs a name and a day; an old one is told', async () => {
    const list = fileOf(ders.slice(2));
    const named = { name: 'Our list', published: '2020-01-01' };

    expect(await make({ list })).toMatchObject({ status: 400, body: { code: 'invalidRequest' } });
    expect((await make({ list, named })).body).toMatchObject({ list: named, listIsOld: true });
  });

  it.each<[string, () => MakeBundle]>([
    ['what is no list', () => ({ list: Buffer.from('words').toString('base64') })],
    ['a list of one root', () => ({ list: fileOf(ders.slice(0, 1)) })],
    ['an anchor that the server does not hold', () => ({ anchors: ['a'.repeat(64)] })],
  ])('refuses %s', async (_name, wanted) => {
    expect(await make(wanted())).toMatchObject({ status: 400, body: { code: 'invalidRequest' } });
  });

  it('is for administrators alone', async () => {
    expect((await make({}, await personWith(lab.page, { role: 'operator' }))).status).toBe(403);
  });
});
