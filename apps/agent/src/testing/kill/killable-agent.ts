import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createFileWriter, createHost } from '@trustfleet/host';
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
import { keyPairFromSeed } from '@trustfleet/signing';
import { createTrustStores } from '@trustfleet/trust-stores';
import { createAnchorStoreAccess } from '../../anchor-store-access.ts';
import { takeUndoRequests } from '../../state/undo-requests.ts';
import { withTiedPrograms } from '../../tied-programs.ts';
import type { Behaviour, Wish } from './scenarios.ts';
import { openSmallDisk } from './small-disk.ts';
import { createFastTime, workToRest } from './rest.ts';
import { BOUND, keySetOf, type AgentFacts } from './studio.ts';

/** What the suite hands to this program, as a JSON file. */
export interface KillableConfig {
  readonly agent: AgentFacts;
  /** Holds `root` (the store), `state`, `server.jsonl` (what the server took in) and `points.json`. */
  readonly directory: string;
  readonly wishes: readonly Wish[];
  readonly behaviour: Behaviour;
  /** Number of the point at which this process ends itself; null for none. */
  readonly killAt: number | null;
  /** Number of the write before which a small disk, on which everything then stands, is filled; null for the usual disk. */
  readonly fullAt: number | null;
}

const LIMIT_MS = 200_000;
const configPath = process.argv[2];
if (configPath === undefined) throw new Error('killable-agent: the path of its configuration is missing');
const config = JSON.parse(readFileSync(configPath, 'utf8')) as KillableConfig;
const { directory, behaviour, killAt } = config;
const smallDisk = config.fullAt === null ? null : openSmallDisk(directory, config.fullAt);
const place = smallDisk?.place ?? directory;
const stateDir = join(place, 'state');
for (const path of BOUND) execFileSync('/usr/bin/mount', ['--bind', join(place, 'root', path), `/${path}`]);

const points: string[] = [];
const fault = (point: string): void => {
  points.push(point);
  if (points.length === killAt) process.kill(process.pid, 'SIGKILL');
};

// Space comes back while a job waits for that.
const time = createFastTime(() => {
  smallDisk?.free();
});
const files = createDurableFiles(smallDisk?.calls);

/** While this file is there, the first attempt is not over. */
const firstAttempt = join(directory, 'first-attempt');

function outcome(after: 'add' | 'remove', runs: number): string | null {
  const fails =
    (behaviour === 'failsAfterAdd' && after === 'add') ||
    (behaviour === 'failsFirstAttempt' && after === 'add' && existsSync(firstAttempt)) ||
    (behaviour === 'failsAfterRemove' && runs === 1);
  return fails ? 'the store could not be changed' : null;
}

/** Rejects when the signal aborts. The timer keeps the process: the signal's own clock does not. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const look = setInterval(() => {
      if (!signal.aborted) return;
      clearInterval(look);
      reject(new Error('stopped'));
    }, 10);
  });
}

/** The agent's own way to the store. Only the look back is made in this process: a second Node for each of many points takes too long. */
function storeAccess(): AnchorStoreAccess {
  const plain = createHost();
  const host = withTiedPrograms(
    smallDisk === null ? plain : { ...plain, ...createFileWriter(smallDisk.calls) },
  );
  const trustStores = createTrustStores(host);
  const access = createAnchorStoreAccess({
    ...{ host, files, readBackCommand: ['/bin/false'] },
    trustStores: () => Promise.resolve(trustStores),
  });
  let runs = 0;
  return {
    ...access,
    readBack: async (where) => evaluateAnchor(await access.trustStores(where.store), where),
    async putEntry(where, state, signal) {
      runs += 1;
      smallDisk?.write();
      const result = await access.putEntry(where, state, signal);
      if (result.reason !== null) return result;
      return { reason: outcome(state.kind === 'present' ? 'add' : 'remove', runs) };
    },
    async runTool(request) {
      runs += 1;
      smallDisk?.write();
      const running = access.runTool(request);
      // Whoever awaits it hears of a failure; until then it is not one that nobody handles.
      running.catch(() => undefined);
      await wait(30);
      fault('during:runTool');
      const result = await running;
      if (result.reason !== null) return result;
      if (behaviour === 'hangsAfterAdd' && request.after === 'add') await aborted(request.signal);
      return { reason: outcome(request.after, runs) };
    },
  };
}

const remediesOn = (access: AnchorStoreAccess) => [createAddAnchor(access), createRemoveAnchor(access)];

/** The server takes an event in (its commit), then acknowledges it; what the host cannot write down is sent again later. */
async function serve(repair: Repair, event: JobEvent): Promise<void> {
  appendFileSync(join(directory, 'server.jsonl'), `${JSON.stringify(event)}\n`);
  if (event.state === 'retrying') rmSync(firstAttempt, { force: true });
  try {
    await repair.acknowledge([event.eventId]);
  } catch (error) {
    if (smallDisk === null) throw error;
  }
}

const inbox: JobEvent[] = [];
const repair = await createRepair({
  stateDir,
  files,
  identity: {
    ...{ hostId: config.agent.hostId, fleetId: config.agent.fleetId, keySet: () => keySetOf(config.agent) },
    hostKey: keyPairFromSeed('ed25519', Buffer.from(config.agent.keySeed, 'base64')).privateKey,
  },
  remedies: remediesOn(storeAccess()),
  allowList: () =>
    Promise.resolve({
      ...{
        path: '/etc/trustfleet/allow-list.json',
        state: 'loaded' as const,
        digest: '0'.repeat(64),
        problem: null,
      },
      permits: ['trustStore.addAnchor', 'trustStore.removeAnchor'],
    }),
  serverTime: () => time.serverTime(),
  beforeFinal: () => Promise.resolve(),
  onEvent: (event) => inbox.push(event),
  log: () => undefined,
  timers: time.timers,
  random: () => 0.5,
  fault,
});

async function deliver(): Promise<boolean> {
  let told = false;
  for (let event = inbox.shift(); event !== undefined; event = inbox.shift()) {
    told = true;
    await serve(repair, event);
  }
  return told;
}

async function work(): Promise<void> {
  await takeUndoRequests(stateDir, { repair, log: () => undefined });
  for (const wish of config.wishes) if (wish.kind === 'job') await repair.accept(wish.message);
  await workToRest({ repair, time, deliver, limitMs: LIMIT_MS });
}

inbox.push(...repair.pending());
await repair.recover();
await work();
if (smallDisk !== null) {
  // What did not even get into a journal is brought again.
  smallDisk.free();
  inbox.push(...repair.pending());
  await work();
}
repair.stop();
smallDisk?.close();
writeFileSync(join(directory, 'points.json'), JSON.stringify(points));
writeFileSync(join(directory, 'writes.json'), JSON.stringify(smallDisk?.writes() ?? 0));
process.exit(0);
