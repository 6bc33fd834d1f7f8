import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrustStores, type StoreHandle } from '../../index.ts';
import { DEBIAN, IS_ROOT, makeTestHost, realPorts, type TestHost } from '../../testing/host.ts';
import { UPDATE_TOOL } from './layout.ts';

const [first, second] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined) throw new Error('two roots are needed');
const ANCHORS = 'usr/local/share/ca-certificates';
let host: TestHost;
let store: StoreHandle;

beforeEach(async () => {
  host = makeTestHost(DEBIAN);
  host.put('usr/share/ca-certificates/mozilla/First.crt', first.pem);
  host.put('etc/ca-certificates.conf', 'mozilla/First.crt\n');
  for (const path of ['etc/ssl/certs', 'etc/ca-certificates/update.d', ANCHORS])
    mkdirSync(host.at(path), { recursive: true });
  const [found] = await createTrustStores(realPorts(), { root: host.root }).list();
  if (found === undefined) throw new Error('no store');
  store = found;
});
afterEach(() => {
  host.remove();
});

const file = `${ANCHORS}/trustfleet-${second.sha256.slice(0, 16)}.crt`;
const anchors = async (): Promise<readonly string[]> => (await store.read()).store.bundle.anchors;
const links = (): string[] =>
  readdirSync(host.at('etc/ssl/certs'))
    .filter((name) => name !== 'ca-certificates.crt')
    .toSorted();

describe.skipIf(!IS_ROOT || !existsSync(UPDATE_TOOL))(
  'changing the Debian store with its real tool (needs root and ca-certificates)',
  () => {
    it('adds an anchor to what programs load, and takes it out again without a trace', async () => {
      expect(await store.rebuild('add')).toMatchObject({ state: 'done' });
      expect(await anchors()).toEqual([first.sha256]);
      const before = { links: links(), bundle: readFileSync(host.at('etc/ssl/certs/ca-certificates.crt')) };

      const added = await store.add(pemToDer(second.pem));
      expect(added).toMatchObject({ state: 'done', files: [host.at(file)] });
      expect(added.commands[0]?.argv[0]).toBe('/usr/sbin/update-ca-certificates');
      expect(readFileSync(host.at(file), 'utf8')).toBe(second.pem);
      expect(statSync(host.at(file)).mode & 0o777).toBe(0o644);
      expect(await anchors()).toEqual([first.sha256, second.sha256].toSorted());
      expect(opensslTrusts(second.pem)).toBe(true);

      expect(await store.remove(second.sha256)).toMatchObject({ state: 'done', files: [host.at(file)] });
      expect(await anchors()).toEqual([first.sha256]);
      expect({ links: links(), bundle: readFileSync(host.at('etc/ssl/certs/ca-certificates.crt')) }).toEqual(
        before,
      );
      expect(opensslTrusts(second.pem)).toBe(false);
      expect(opensslTrusts(first.pem)).toBe(true);
    });

    it('does both twice as well as once', async () => {
      await store.add(pemToDer(second.pem));
      expect(await store.add(pemToDer(second.pem))).toMatchObject({ state: 'done', files: [] });
      expect(await anchors()).toEqual([first.sha256, second.sha256].toSorted());
      await store.remove(second.sha256);
      expect(await store.remove(second.sha256)).toMatchObject({ state: 'done', files: [] });
      expect(await anchors()).toEqual([first.sha256]);
    });

    it('removes nothing that it did not add', async () => {
      host.put(`${ANCHORS}/by-hand.crt`, second.pem);
      await store.rebuild('add');
      expect(await store.remove(second.sha256)).toMatchObject({ state: 'done', files: [] });
      expect(await anchors()).toEqual([first.sha256, second.sha256].toSorted());
      expect(readlinkSync(host.at('etc/ssl/certs/by-hand.pem'))).toBe(host.at(`${ANCHORS}/by-hand.crt`));
      expect(await store.remove('../../../etc/passwd')).toMatchObject({ state: 'failed', commands: [] });
    });

    it('leaves nothing trusted when the last anchor of all goes', async () => {
      host.put('etc/ca-certificates.conf', '!mozilla/First.crt\n');
      await store.add(pemToDer(second.pem));
      expect(await anchors()).toEqual([second.sha256]);
      expect(await store.remove(second.sha256)).toMatchObject({ state: 'done' });
      // The tool alone leaves the bundle as it was.
      expect(await anchors()).toEqual([]);
      expect(opensslTrusts(second.pem)).toBe(false);
      host.put('etc/ca-certificates.conf', 'mozilla/First.crt\n');
      await store.rebuild('add');
      expect(await anchors()).toEqual([first.sha256]);
    });

    it('plans what it then does', async () => {
      const plan = store.plan(second.sha256);
      const added = await store.add(pemToDer(second.pem));
      expect(plan).toMatchObject({
        path: host.at(file),
        bundlePath: host.at('etc/ssl/certs/ca-certificates.crt'),
      });
      expect(added.files).toEqual([plan?.path]);
      expect(added.commands.map((command) => command.argv)).toEqual(plan?.commands);
    });

    it('tells of a tool that fails and of one that is stopped', async () => {
      // A directory where the tool puts its new bundle makes it fail.
      mkdirSync(host.at('etc/ssl/certs/ca-certificates.crt.new'));
      expect(await store.add(pemToDer(second.pem))).toMatchObject({
        state: 'failed',
        reason: expect.stringContaining('update-ca-certificates') as string,
        files: [host.at(file)],
      });
      expect(await store.add(pemToDer(second.pem), { signal: AbortSignal.abort() })).toMatchObject({
        state: 'failed',
        files: [],
      });
    });

    it('does not start to change a store that cannot be changed', async () => {
      const [weak] = await createTrustStores({ ...realPorts(), uid: 1000 }, { root: host.root }).list();
      expect(weak?.plan(second.sha256)).toBeNull();
      expect(await weak?.add(pemToDer(second.pem))).toMatchObject({
        state: 'failed',
        reason: expect.stringContaining('root') as string,
        files: [],
      });
      expect(existsSync(host.at(file))).toBe(false);
    });

    it('runs the hooks of the system', async () => {
      host.put('etc/ca-certificates/update.d/hook', `#!/bin/sh\ncat > ${host.at('hook-ran')}\n`);
      chmodSync(host.at('etc/ca-certificates/update.d/hook'), 0o755);
      await store.add(pemToDer(second.pem));
      expect(readFileSync(host.at('hook-ran'), 'utf8')).toContain('+');
    });
  },
);

/** By the links of subject hashes alone, as Python on Debian looks anchors up. */
function opensslTrusts(pem: string): boolean {
  try {
    execFileSync(
      '/usr/bin/openssl',
      ['verify', '-no-CAfile', '-no-CAstore', '-CApath', host.at('etc/ssl/certs')],
      { input: pem, stdio: ['pipe', 'ignore', 'ignore'], env: {} },
    );
    return true;
  } catch (error) {
    expect(error).toMatchObject({ status: 2 });
    return false;
  }
}
