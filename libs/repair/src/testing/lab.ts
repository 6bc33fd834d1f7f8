import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job, JobEvent, JobMessage, KeySet, Order } from '@trustfleet/protocol';
import {
  keyPairFromSeed,
  keySetOfServerKey,
  merkleProof,
  merkleRoot,
  signJob,
  signOrder,
  type KeyPair,
} from '@trustfleet/signing';
import { createTlsLab } from '@trustfleet/testkit';
import type { AllowList } from '../allow-list.ts';
import { createRepair, type Repair } from '../create-repair.ts';
import type { RepairOptions } from '../worker.ts';
import { createDurableFiles } from '../durable-files.ts';
import type { AnchorStoreAccess } from '../anchor-stores/ports.ts';
import type { RemedyExecutor } from '../remedy.ts';
import { createAddAnchor } from '../trust-store-add-anchor/index.ts';
import { createRemoveAnchor } from '../trust-store-remove-anchor/index.ts';
import {
  createDebianAccess,
  makeDebianTree,
  updateCaCertificates,
  type DebianTree,
  type ToolBehaviour,
} from './debian-store.ts';

export const SERVER_TIME = new Date('2026-11-22T10:00:00.000Z');
export const PERMITTED: AllowList = {
  path: '/etc/trustfleet/allow-list.json',
  state: 'loaded',
  permits: ['trustStore.addAnchor', 'trustStore.removeAnchor'],
  digest: '0'.repeat(64),
  problem: null,
};

export const remediesOn = (access: AnchorStoreAccess): RemedyExecutor[] => [
  createAddAnchor(access),
  createRemoveAnchor(access),
];

export interface Lab {
  readonly directory: string;
  readonly stateDir: string;
  readonly tree: DebianTree;
  readonly hostId: string;
  readonly fleetId: string;
  readonly serverKey: KeyPair;
  readonly keySet: KeySet;
  readonly hostKey: KeyPair;
  readonly anchor: string;
  readonly der: Uint8Array;
  readonly events: JobEvent[];
  order(change?: Partial<Order>): Order;
  job(order: Order, change?: Partial<Job>): Job;
  message(parts?: { order?: Partial<Order>; job?: Partial<Job>; signWith?: KeyPair }): JobMessage;
  repair(options?: Partial<RepairOptions> & { behaviour?: ToolBehaviour }): Promise<Repair>;
  remove(): Promise<void>;
}

async function makeFilledTree(root: string): Promise<DebianTree> {
  const tree = await makeDebianTree(root);
  const present = await createTlsLab().authority('Present CA');
  await createDebianAccess(tree).writeFile(join(tree.anchors, 'present.crt'), Buffer.from(present.pem));
  await updateCaCertificates(tree, 'add');
  return tree;
}

function makeOrder({
  fleetId,
  anchor,
  targets,
}: {
  fleetId: string;
  anchor: string;
  targets: string[];
}): Order {
  return {
    format: 1,
    orderId: randomUUID(),
    fleetId,
    remedy: 'trustStore.addAnchor',
    parameters: { anchor },
    mode: 'apply',
    artifacts: [anchor],
    targets: { count: targets.length, merkleRoot: merkleRoot(targets) },
    notBefore: '2026-11-22T09:00:00.000Z',
    expiresAt: '2026-11-29T09:00:00.000Z',
    orderSeq: 1,
    reason: 'test',
  };
}

/** A fleet of one host, with a Debian trust store of its own that holds one other anchor already. */
export async function createLab(): Promise<Lab> {
  const directory = await mkdtemp(join(tmpdir(), 'trustfleet-repair-'));
  const tree = await makeFilledTree(join(directory, 'root'));
  const { der, sha256: anchor } = await createTlsLab().authority('Demo studio CA');
  const serverKey = keyPairFromSeed('ed25519', randomBytes(32));
  const hostKey = keyPairFromSeed('ed25519', randomBytes(32));
  const [hostId, fleetId] = [randomUUID(), randomUUID()];
  const keySet = keySetOfServerKey({ fleetId, serverKey: serverKey.publicKey });
  const targets = [hostId, randomUUID(), randomUUID()];
  const events: JobEvent[] = [];
  const stateDir = join(directory, 'state');
  const order: Lab['order'] = (change = {}) => ({ ...makeOrder({ fleetId, anchor, targets }), ...change });
  const job: Lab['job'] = (made, change = {}) => ({
    format: 1,
    jobId: randomUUID(),
    orderId: made.orderId,
    hostId,
    merkleProof: [...merkleProof(targets, hostId)],
    attempt: 1,
    executionTimeoutMs: 60_000,
    ...change,
  });
  return {
    ...{ directory, stateDir, tree, hostId, fleetId, serverKey, keySet },
    ...{ hostKey, anchor, der, events, order, job },
    message({ order: orderChange = {}, job: jobChange = {}, signWith = serverKey } = {}) {
      const made = order(orderChange);
      const artifacts = { [anchor]: Buffer.from(der).toString('base64') };
      return {
        type: 'job',
        order: signOrder(made, [signWith.privateKey]),
        job: signJob(job(made, jobChange), signWith.privateKey),
        artifacts,
      };
    },
    repair: ({ behaviour = 'works', ...options } = {}) =>
      createRepair({
        stateDir,
        files: createDurableFiles(),
        identity: { hostId, fleetId, keySet: () => keySet, hostKey: hostKey.privateKey },
        remedies: remediesOn(createDebianAccess(tree, behaviour)),
        allowList: () => Promise.resolve(PERMITTED),
        serverTime: () => SERVER_TIME,
        beforeFinal: () => Promise.resolve(),
        onEvent: (event) => events.push(event),
        log: () => undefined,
        ...options,
      }),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
