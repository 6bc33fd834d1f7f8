import type { JobEvent } from '@trustfleet/protocol';
import {
  createAddAnchor,
  createDurableFiles,
  createRemoveAnchor,
  createRepair,
  evaluateAnchor,
  type AnchorStoreAccess,
  type Repair,
} from '@trustfleet/repair';
import { createFileWriter, type FileIdentity } from '@trustfleet/host';
import { keyPairFromSeed } from '@trustfleet/signing';
import { createTrustStores } from '@trustfleet/trust-stores';
import { createAnchorStoreAccess, type StoreHost } from '../../anchor-store-access.ts';
import { RecordedDisk, type DiskImage } from './recorded-disk.ts';
import { createFastTime, workToRest, type FastTime } from './rest.ts';
import type { Behaviour, Wish } from './scenarios.ts';
import {
  BUNDLE_FILE,
  CONF,
  keySetOf,
  SHIPPED_DIRECTORY,
  SHIPPED_NAME,
  treeOf,
  type Studio,
} from './studio.ts';

const STATE_DIR = '/var/lib/agent';
const LIMIT_MS = 20_000;
const { anchors, bundle, conf, files: bundles, links } = treeOf('/');
const SHIPPED = `/${SHIPPED_DIRECTORY}`;

/** A Debian machine in memory with two anchors and one that it ships. */
export function makeImage(studio: Studio): DiskImage {
  const files = new Map<string, Buffer>([
    ['/etc/os-release', Buffer.from('ID=debian\n')],
    [conf, Buffer.from(CONF)],
    [`${SHIPPED}/${SHIPPED_NAME}`, Buffer.from(studio.shippedPem)],
    [bundle, Buffer.from([studio.shippedPem, ...studio.present].join(''))],
    [BUNDLE_FILE, Buffer.from(studio.present.join(''))],
  ]);
  for (const [index, pem] of studio.present.entries())
    files.set(`${anchors}/present-${index}.crt`, Buffer.from(pem));
  return { files, directories: new Set([anchors, links, bundles, '/etc', '/var/lib/agent']) };
}

/** What update-ca-certificates does: it writes beside the bundle and renames, and syncs nothing. */
async function updateCaCertificates(disk: RecordedDisk): Promise<void> {
  const parts: Uint8Array[] = [];
  const selected = Buffer.from(await disk.readFile(conf))
    .toString('utf8')
    .split('\n');
  for (const name of selected.filter((line) => /^[^#!]/.test(line)))
    parts.push(await disk.readFile(`${SHIPPED}/${name}`));
  for (const name of (await disk.readdir(anchors)).filter((each) => each.endsWith('.crt')).sort())
    parts.push(await disk.readFile(`${anchors}/${name}`));
  await disk.rm(`${bundle}.new`, { force: true });
  const file = await disk.open(`${bundle}.new`, 'wx');
  await file.writeFile(Buffer.concat(parts));
  await file.close();
  await disk.rename(`${bundle}.new`, bundle);
}

type TrustStorePorts = Parameters<typeof createTrustStores>[0];

/** Never settled: nothing that was read before counts. */
function identityOf(disk: RecordedDisk, path: string): FileIdentity | null {
  const kind = disk.kindOf(path);
  return kind === null ? null : { kind, identity: path, settled: false, mode: 0o644, uid: 0, gid: 0 };
}

/** The operating system around that disk. */
function makeHost(disk: RecordedDisk): StoreHost & TrustStorePorts {
  const state = (path: string, error: unknown): { state: 'missing'; detail: string } => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { state: 'missing', detail: `${path} is missing` };
    throw error;
  };
  return {
    platform: 'linux',
    uid: 0,
    windowsStores: null,
    users: () => Promise.resolve({ users: [], detail: null }),
    ...createFileWriter(disk),
    async readFile(path) {
      try {
        const bytes = await disk.readFile(path);
        return { state: 'read', bytes, size: bytes.length, realPath: path };
      } catch (error) {
        return { ...state(path, error), size: null, realPath: null };
      }
    },
    async listDirectory(path) {
      try {
        const names = (await disk.readdir(path)).sort();
        const entries = names.map((name) => ({ name, kind: 'file' as const }));
        return { state: 'listed', entries, truncated: false };
      } catch (error) {
        return state(path, error);
      }
    },
    identify: (paths) => Promise.resolve(paths.map((path) => identityOf(disk, path))),
    makeDirectory: () => Promise.reject(new Error('every directory of this machine is there')),
    findFiles: () => Promise.resolve({ paths: [], complete: true, detail: null }),
    findForeign: () => Promise.resolve({ state: 'clean', detail: null }),
    networkMount: () => Promise.resolve(null),
    isExecutable: () => Promise.resolve(true),
    isWritable: () => Promise.resolve(true),
    inspectPath: () =>
      Promise.resolve({
        ...{ state: 'resolved' as const, realPath: null, directory: false, openToAll: true },
        ...{ owners: [], writable: null },
      }),
    async runProgram({ argv }) {
      if (argv[0].endsWith('update-ca-certificates')) await updateCaCertificates(disk);
      const none = new Uint8Array();
      return { state: 'exited', exitCode: 0, signal: null, stdout: none, stderr: none, reason: null };
    },
  };
}

function accessOf(disk: RecordedDisk, behaviour: () => Behaviour): AnchorStoreAccess {
  const host = makeHost(disk);
  const trustStores = createTrustStores(host);
  const access = createAnchorStoreAccess({
    ...{ host, files: createDurableFiles(disk), readBackCommand: ['/bin/false'] },
    trustStores: () => Promise.resolve(trustStores),
  });
  let runs = 0;
  const outcome = (after: 'add' | 'remove'): string | null => {
    runs += 1;
    const fails =
      (['failsAfterAdd', 'failsFirstAttempt'].includes(behaviour()) && after === 'add') ||
      (behaviour() === 'failsAfterRemove' && runs === 1);
    return fails ? 'the store could not be changed' : null;
  };
  return {
    ...access,
    readBack: async (where) => evaluateAnchor(await access.trustStores(where.store), where),
    async putEntry(where, state, signal) {
      const { reason } = await access.putEntry(where, state, signal);
      return { reason: reason ?? outcome(state.kind === 'present' ? 'add' : 'remove') };
    },
    async runTool(request) {
      const { reason } = await access.runTool(request);
      return { reason: reason ?? outcome(request.after) };
    },
  };
}

const remediesOn = (access: AnchorStoreAccess) => [createAddAnchor(access), createRemoveAnchor(access)];

/** What the server took in, and after how many calls to the disk. */
export interface Delivery {
  readonly event: JobEvent;
  readonly calls: number;
}

export interface MemoryRun {
  readonly start: DiskImage;
  readonly disk: RecordedDisk;
  readonly delivered: readonly Delivery[];
}

interface RepairParts {
  readonly disk: RecordedDisk;
  readonly behaviour: () => Behaviour;
  readonly time: FastTime;
  /** Events on their way to the server. */
  readonly inbox: JobEvent[];
  readonly attempts: { failed: number };
}

async function openRepair(studio: Studio, parts: RepairParts): Promise<Repair> {
  const { disk, behaviour, time, inbox, attempts } = parts;
  const { agent } = studio;
  return createRepair({
    stateDir: STATE_DIR,
    files: createDurableFiles(disk),
    identity: {
      ...{ hostId: agent.hostId, fleetId: agent.fleetId, keySet: () => keySetOf(agent) },
      hostKey: keyPairFromSeed('ed25519', Buffer.from(agent.keySeed, 'base64')).privateKey,
    },
    remedies: remediesOn(accessOf(disk, behaviour)),
    allowList: () =>
      Promise.resolve({
        ...{ path: '/etc/trustfleet/allow-list.json', state: 'loaded' as const, digest: '0'.repeat(64) },
        ...{ permits: ['trustStore.addAnchor', 'trustStore.removeAnchor'], problem: null },
      }),
    serverTime: () => time.serverTime(),
    beforeFinal: () => Promise.resolve(),
    onEvent: (event) => {
      inbox.push(event);
      if (event.state === 'retrying') attempts.failed += 1;
    },
    log: () => undefined,
    timers: time.timers,
    random: () => 0.5,
  });
}

/** Starts an agent on a disk: it recovers, gets the wish once more, and works until it rests. */
export async function runInMemory(
  studio: Studio,
  start: DiskImage,
  { wishes, behaviour }: { readonly wishes: readonly Wish[]; readonly behaviour: Behaviour },
): Promise<MemoryRun> {
  const disk = new RecordedDisk(start);
  const time = createFastTime();
  const inbox: JobEvent[] = [];
  const delivered: Delivery[] = [];
  const attempts = { failed: 0 };
  const now = (): Behaviour =>
    behaviour === 'failsFirstAttempt' && attempts.failed > 0 ? 'works' : behaviour;
  const repair = await openRepair(studio, { disk, behaviour: now, time, inbox, attempts });
  inbox.push(...repair.pending());
  await repair.recover();
  for (const wish of wishes) {
    if (wish.kind === 'job') await repair.accept(wish.message);
    else await repair.undoAsOwner({ requestId: wish.jobId, undoes: wish.undoes });
  }
  await workToRest({
    ...{ repair, time, limitMs: LIMIT_MS },
    async deliver() {
      const [event] = inbox.splice(0, 1);
      if (event === undefined) return false;
      delivered.push({ event, calls: disk.log.length });
      await repair.acknowledge([event.eventId]);
      return true;
    },
  });
  repair.stop();
  return { start, disk, delivered };
}

/** Lines of every journal on a disk, by job. */
export function journalsOn(
  image: DiskImage,
): Map<string, { kind: string; origin?: string; event?: JobEvent | null }[]> {
  const found = new Map<string, { kind: string; origin?: string; event?: JobEvent | null }[]>();
  for (const [path, data] of image.files) {
    const jobId = /\/journal\/([^/]+)\/journal\.jsonl$/.exec(path)?.[1];
    if (jobId === undefined) continue;
    const lines = data
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
    found.set(
      jobId,
      lines.map((line) => JSON.parse(line) as { kind: string }),
    );
  }
  return found;
}

/** Everything of the store on a disk; equal texts are equal stores. */
export const storeOn = (image: DiskImage): string =>
  [...image.files]
    .filter(
      ([path]) => path === conf || [anchors, links, bundles].some((place) => path.startsWith(`${place}/`)),
    )
    .filter(([path]) => !/\.trustfleet-\d$/.test(path))
    .map(([path, data]) => `${path}\n${data.toString('latin1')}`)
    .join('\n');
