import { mkdirSync, symlinkSync } from 'node:fs';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrustStores } from './index.ts';
import type { TrustStorePorts } from './ports.ts';
import { DEBIAN, makeTestHost, realPorts, type TestHost } from './testing/host.ts';

const [root] = WELL_KNOWN_ROOTS;
if (root === undefined) throw new Error('a root is needed');
let host: TestHost;
beforeEach(() => {
  host = makeTestHost(DEBIAN);
  host.put('etc/passwd', 'anna:x:0:0::/home/anna:/bin/bash\nbert:x:0:0::/home/bert:/bin/bash\n');
  mkdirSync(host.at('share'));
});
afterEach(() => {
  host.remove();
});

/** A machine on which everything that lies in `share`, or that a link leads there, is a file server's; `touched` fills with what was asked of it. */
function withShare(names: readonly string[]): { ports: TrustStorePorts; touched: string[] } {
  const touched: string[] = [];
  const isRemote = (path: string): boolean => names.some((name) => path.startsWith(host.at(name)));
  const real = realPorts();
  const note = (...paths: readonly string[]): void => {
    touched.push(...paths.filter(isRemote));
  };
  const ports: TrustStorePorts = {
    ...real,
    uid: process.getuid?.() ?? 0,
    networkMount: (path) => Promise.resolve(isRemote(path) ? 'nfs4' : null),
    readFile: (path, options) => (note(path), real.readFile(path, options)),
    listDirectory: (path, options) => (note(path), real.listDirectory(path, options)),
    identify: (paths, options) => (note(...paths), real.identify(paths, options)),
    isExecutable: (path) => (note(path), real.isExecutable(path)),
    isWritable: (path) => (note(path), real.isWritable(path)),
    // The tree lies in a directory for temporary files, which anyone may write.
    inspectPath: (path) => (note(path), Promise.resolve({ owners: [], writable: null })),
  };
  return { ports, touched };
}

describe('what lies on a file server', () => {
  it('is not touched in homes, and the report says so', async () => {
    host.put('home/anna/.pki/nssdb/cert9.db', 'x');
    mkdirSync(host.at('home/bert/.pki'), { recursive: true });
    symlinkSync(host.at('share'), host.at('home/bert/.pki/nssdb'));
    const { ports, touched } = withShare(['share', 'home/anna', 'home/bert/.pki/nssdb']);
    const { stores, problems } = await createTrustStores(ports, { root: host.root }).collect();
    expect(stores.map(({ id }) => id)).toEqual(['debian']);
    expect(problems).toEqual([expect.stringMatching(/^The home of anna lies on the network/)]);
    expect(touched).toEqual([]);
  });

  it('is not opened because a policy of Firefox or a Java names it', async () => {
    host.put('etc/firefox/policies/policies.json', installs(host.at('share/root.pem')));
    host.put('share/root.pem', root.pem);
    host.put('share/jdk/lib/security/cacerts', 'x');
    mkdirSync(host.at('usr/lib/jvm'), { recursive: true });
    symlinkSync(host.at('share/jdk'), host.at('usr/lib/jvm/jdk'));
    const { ports, touched } = withShare(['share', 'usr/lib/jvm/jdk']);
    const { stores } = await createTrustStores(ports, { root: host.root }).collect();
    expect(stores.map(({ id }) => id)).toEqual(['debian', 'firefox.policy']);
    expect(stores[1]?.problems).toEqual([expect.stringContaining('network mount (nfs4)') as string]);
    expect(touched).toEqual([]);
  });

  it('is no bundle that is changed', async () => {
    const path = host.put('share/ca.pem', root.pem);
    const { ports, touched } = withShare(['share']);
    const handle = createTrustStores(ports, { root: host.root }).openBundle(path);
    const { store } = await handle.read();
    expect(store.bundle.state).toBe('unreadable');
    expect(store.cannotChange).toContain('network mount (nfs4)');
    await expect(handle.snapshot()).rejects.toThrow('cannot be brought back');
    expect(await handle.remove(root.sha256)).toMatchObject({ state: 'failed' });
    expect(touched).toEqual([]);
  });
});

function installs(path: string): string {
  return JSON.stringify({ policies: { Certificates: { Install: [path] } } });
}
