import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobMessage } from '@trustfleet/protocol';
import { keyPairFromSeed, keySetOfServerKey } from '@trustfleet/signing';
import { createRepair } from '../create-repair.ts';
import { createDurableFiles } from '../durable-files.ts';
import { createAddAnchor } from '../trust-store-add-anchor/index.ts';
import { createDebianAccess, debianTree } from './debian-store.ts';
import { PERMITTED, SERVER_TIME } from './lab.ts';

/** What the test hands to this program, as a JSON file. */
export interface NamespaceConfig {
  readonly stateDir: string;
  /** The test's own tree, bound over the real places of this mount namespace. */
  readonly root: string;
  readonly identity: {
    readonly hostId: string;
    readonly fleetId: string;
    readonly serverKey: string;
    readonly hostSeed: string;
  };
  /** Null: only recover. */
  readonly message: JobMessage | null;
  /** Point at which this process kills itself; null for none. */
  readonly killAt: string | null;
}

/** The real paths, with the test's own files under them: update-ca-certificates is run without any option. */
const BOUND = [
  'etc/ssl/certs',
  'usr/local/share/ca-certificates',
  'usr/share/ca-certificates',
  'etc/ca-certificates/update.d',
  'etc/ca-certificates.conf',
];

const path = process.argv[2];
if (path === undefined) throw new Error('namespace-agent: the path of its configuration is missing');
const config = JSON.parse(readFileSync(path, 'utf8')) as NamespaceConfig;
for (const place of BOUND) execFileSync('/usr/bin/mount', ['--bind', join(config.root, place), `/${place}`]);

const { identity, killAt } = config;
const repair = await createRepair({
  stateDir: config.stateDir,
  files: createDurableFiles(),
  identity: {
    ...identity,
    keySet: () => keySetOfServerKey(identity),
    hostKey: keyPairFromSeed('ed25519', Buffer.from(identity.hostSeed, 'base64')).privateKey,
  },
  remedies: [createAddAnchor(createDebianAccess(debianTree('/')))],
  allowList: () => Promise.resolve(PERMITTED),
  serverTime: () => SERVER_TIME,
  beforeFinal: () => Promise.resolve(),
  onEvent: () => undefined,
  log: () => undefined,
  fault(point) {
    if (point === killAt) process.kill(process.pid, 'SIGKILL');
  },
});
await repair.recover();
if (config.message !== null) await repair.accept(config.message);
await repair.idle();
process.stdout.write(JSON.stringify({ run: randomUUID(), pending: repair.pending() }));
