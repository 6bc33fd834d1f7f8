import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
// eslint-disable-next-line @nx/enforce-module-boundaries -- runs the driver on the real operating system, as a test
import { createHost } from '@trustfleet/host';
import { createTrustStores } from '../index.ts';

/** Arguments of this program: the tree that is bound over the real places of its mount namespace, and an anchor in PEM to add. */
const [, , root, pem] = process.argv;
if (root === undefined || pem === undefined)
  throw new Error('debian-in-namespace: root or anchor is missing');
for (const place of ['etc', 'usr/local/share/ca-certificates', 'usr/share/ca-certificates'])
  execFileSync('/usr/bin/mount', ['--bind', join(root, place), `/${place}`]);

const [store] = await createTrustStores(createHost()).list();
if (store === undefined) throw new Error('debian-in-namespace: no store');

/** What the test compares. */
export interface Seen {
  readonly anchors: readonly string[];
  readonly entries: number;
  readonly problems: readonly string[];
}

async function see(): Promise<Seen> {
  const { bundle, entries = [], problems = [] } = (await handle.read()).store;
  return { anchors: bundle.anchors, entries: entries.length, problems };
}

const handle = store;
const seen: Record<string, Seen> = {};
const states: string[] = [(await handle.rebuild('add')).state];
seen['before'] = await see();
const snapshot = await handle.snapshot();
states.push((await handle.add(Buffer.from(pem, 'base64'))).state);
writeFileSync('/etc/ca-certificates.conf', '!mozilla/First.crt\nmozilla/Second.crt\n');
writeFileSync('/usr/local/share/ca-certificates/by-hand.crt', '');
states.push((await handle.rebuild('remove')).state);
seen['changed'] = await see();
states.push((await handle.restore(snapshot)).state);
seen['after'] = await see();
rmSync('/etc/ca-certificates.conf');
states.push((await handle.restore(snapshot)).state);
seen['again'] = await see();
process.stdout.write(JSON.stringify({ states, seen }));
