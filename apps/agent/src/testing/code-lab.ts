import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createHost } from '@trustfleet/host';
import type { HostFacts } from '@trustfleet/policy';
import type { Job, JobEvent, JobMessage, Order } from '@trustfleet/protocol';
import { collectBundles, discoverPythons } from '@trustfleet/python';
import { createDurableFiles, createRepair, type RemedyExecutor, type Repair } from '@trustfleet/repair';
import { discoverShotgrid } from '@trustfleet/shotgrid';
import {
  keyPairFromSeed,
  keySetOfServerKey,
  merkleProof,
  merkleRoot,
  signJob,
  signOrder,
} from '@trustfleet/signing';
import { createPythonPackageAccess, type PythonPackageParts } from '../python-package-access.ts';
import { SERVER_TIME } from './kill/studio.ts';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
export const TREE_WORK = [process.execPath, '--conditions=@trustfleet/source', MAIN, 'tree-work'] as const;

/** A small machine below a directory where nobody but root writes on the way, and a server's orders for it. */
export interface CodeLab {
  readonly root: string;
  at(path: string): string;
  put(path: string, content: string): string;
  /** A real venv of that interpreter, with its pip. */
  venv(path: string, interpreter: string): Promise<string>;
  facts(more?: {
    readonly interpreters?: readonly string[];
    readonly search?: readonly string[];
  }): Promise<HostFacts>;
  parts(facts: () => Promise<HostFacts>): PythonPackageParts;
  repair(remedies: RemedyExecutor[], change?: Partial<Parameters<typeof createRepair>[0]>): Promise<Repair>;
  message(
    remedy: string,
    parameters: Order['parameters'],
    more?: MessageParts,
  ): JobMessage & { readonly jobId: string };
  readonly events: JobEvent[];
  readonly stateDir: string;
  remove(): Promise<void>;
}

export interface MessageParts {
  readonly mode?: Order['mode'];
  readonly artifacts?: ReadonlyMap<string, Uint8Array>;
  readonly job?: Partial<Job>;
}

export function makeCodeLab(): CodeLab {
  const root = mkdtempSync('/var/lib/trustfleet-code-test-');
  chmodSync(root, 0o755);
  const at = (path: string): string => join(root, path);
  const put = (path: string, content: string): string => {
    mkdirSync(dirname(at(path)), { recursive: true, mode: 0o755 });
    writeFileSync(at(path), content, { mode: 0o644 });
    return at(path);
  };
  put(
    'etc/passwd',
    'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n',
  );
  for (const path of ['opt', 'empty', 'root']) mkdirSync(at(path), { recursive: true, mode: 0o755 });
  const fleet = makeFleet();
  const events: JobEvent[] = [];
  const stateDir = at('state');
  const host = createHost();
  return {
    ...{ root, at, put, events, stateDir },
    async venv(path, interpreter) {
      await run(interpreter, ['-m', 'venv', at(path)], { timeout: 120_000 });
      // The name by which the discovery finds it first.
      return at(`${path}/bin/python3`);
    },
    async facts({ interpreters = [], search = [] } = {}) {
      const options = { root, processEnv: {}, path: '', workingDirectory: at('empty'), interpreters, search };
      const found = await discoverPythons(host, options);
      const shotgrid = await discoverShotgrid(host, {
        ...{ root, processEnv: {}, search, sites: found.sites, readNetwork: [] },
      });
      const bundles = await collectBundles(host, { ...found, variables: [], shotgunApi: shotgrid.bundles });
      return { pythons: found.section, bundles: bundles.section, shotgrid: shotgrid.section };
    },
    parts: (facts) => ({
      ...{ host, root, command: [...TREE_WORK], env: {}, facts },
      isKeeper: () => Promise.resolve(false),
    }),
    repair: (remedies, change = {}) =>
      createRepair({
        ...{ stateDir, files: createDurableFiles(), remedies, identity: fleet.identity },
        allowList: () =>
          Promise.resolve({
            ...{ path: '/x', state: 'loaded' as const, digest: '0'.repeat(64), problem: null },
            permits: remedies.map(({ name }) => name),
          }),
        serverTime: () => SERVER_TIME,
        beforeFinal: () => Promise.resolve(),
        onEvent: (event) => events.push(event),
        log: () => undefined,
        ...change,
      }),
    message: (remedy, parameters, more) => fleet.message({ remedy, parameters }, more),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

function makeFleet() {
  const server = keyPairFromSeed('ed25519', randomBytes(32));
  const hostKey = keyPairFromSeed('ed25519', randomBytes(32));
  const [hostId, fleetId] = [randomUUID(), randomUUID()];
  const targets = [hostId, randomUUID()];
  const keySet = keySetOfServerKey({ fleetId, serverKey: server.publicKey });
  return {
    identity: { hostId, fleetId, keySet: () => keySet, hostKey: hostKey.privateKey },
    message(
      about: Pick<Order, 'remedy' | 'parameters'>,
      { mode = 'apply', artifacts = new Map(), job = {} }: MessageParts = {},
    ): JobMessage & { readonly jobId: string } {
      const order: Order = {
        ...{ format: 1, orderId: randomUUID(), fleetId, ...about, mode },
        artifacts: [...artifacts.keys()],
        targets: { count: targets.length, merkleRoot: merkleRoot(targets) },
        ...{ notBefore: '2026-11-22T09:00:00.000Z', expiresAt: '2026-11-29T09:00:00.000Z' },
        ...{ orderSeq: 1, reason: 'test' },
      };
      const jobId = job.jobId ?? randomUUID();
      const content: Job = {
        ...{ format: 1, jobId, orderId: order.orderId, hostId, attempt: 1, executionTimeoutMs: 300_000 },
        merkleProof: [...merkleProof(targets, hostId)],
        ...job,
      };
      return {
        ...{ type: 'job', jobId },
        order: signOrder(order, [server.privateKey]),
        job: signJob(content, server.privateKey),
        artifacts: Object.fromEntries(
          [...artifacts].map(([digest, bytes]) => [digest, Buffer.from(bytes).toString('base64')]),
        ),
      };
    },
  };
}

export const pythonAccess = (
  lab: CodeLab,
  facts: () => Promise<HostFacts>,
  env: PythonPackageParts['env'] = {},
) => createPythonPackageAccess({ ...lab.parts(facts), env });
