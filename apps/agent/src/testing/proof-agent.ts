import { execFile, execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHost, fileCalls } from '@trustfleet/host';
import type { Job, JobEvent, Order } from '@trustfleet/protocol';
import {
  createBundleDeploy,
  createDurableFiles,
  createRepair,
  type RemedyExecutor,
  type RepairTimers,
} from '@trustfleet/repair';
import {
  keyPairFromSeed,
  keySetOfServerKey,
  merkleProof,
  merkleRoot,
  sha256Hex,
  signJob,
  signOrder,
} from '@trustfleet/signing';
import { createTlsLab } from '@trustfleet/testkit';
import { createTrustStores } from '@trustfleet/trust-stores';
import { createBundleAccess } from '../bundle-access.ts';
import { createHandshakes } from '../judge/handshakes.ts';
import { openRemedies } from '../run/open-repair.ts';
import { selfCommand } from '../self-command.ts';

/** What the test hands to this program, as a JSON file; the program runs in a mount namespace of its own. */
export interface ProofConfig {
  readonly directory: string;
  /** Directory with one Python environment, the only one that is looked at. */
  readonly python: string;
  readonly orders: readonly ProofOrder[];
}

export interface ProofOrder {
  readonly remedy: string;
  /** `@STUDIO@`, `@BUNDLE@`, `@ENDPOINT@` and `@PYTHON@` stand for what the program makes. */
  readonly parameters: unknown;
  readonly mode?: Order['mode'];
  readonly undoesLast?: boolean;
  /** What happens between the last step and the handshakes. */
  readonly then?: 'reset' | 'loseWrite';
}

export interface ProofResult {
  readonly finals: readonly JobEvent[];
  /** What real `requests` said to the server before each order, and after the last: with the machine's variables. */
  readonly requests: readonly string[];
  readonly ssl: readonly string[];
}

const configPath = process.argv[2];
if (configPath === undefined) throw new Error('proof-agent: the path of its configuration is missing');
const config = JSON.parse(readFileSync(configPath, 'utf8')) as ProofConfig;
const { directory, python } = config;
// The agent starts itself anew to measure, and to read back.
process.argv[1] = fileURLToPath(new URL('../main.ts', import.meta.url));

/** The machine's own places, with the test's files in them; its other Pythons are out of sight. */
function enterTree(presentPem: string): void {
  const root = join(directory, 'root');
  const places = ['etc', 'usr/local/share/ca-certificates', 'usr/share/ca-certificates', 'hidden'];
  for (const place of places) mkdirSync(join(root, place), { recursive: true });
  // A file that is a mount of its own could not be replaced: the directory is the test's as a whole.
  execFileSync('/usr/bin/cp', ['-a', '/etc/.', join(root, 'etc')]);
  for (const place of ['ssl/certs', 'ca-certificates/update.d', 'trustfleet', 'environment.d']) {
    rmSync(join(root, 'etc', place), { recursive: true, force: true });
    mkdirSync(join(root, 'etc', place), { recursive: true });
  }
  writeFileSync(join(root, 'etc/ca-certificates.conf'), '# the test selects nothing\n');
  writeFileSync(join(root, 'etc/environment'), '');
  const bind = (from: string, to: string): void => {
    execFileSync('/usr/bin/mount', ['--bind', join(root, from), to]);
  };
  for (const place of places.slice(0, 3)) bind(place, `/${place}`);
  for (const hidden of ['/root', '/home', '/opt', '/usr/local/bin']) bind('hidden', hidden);
  writeFileSync('/usr/local/share/ca-certificates/present.crt', presentPem);
  execFileSync('/usr/sbin/update-ca-certificates', ['--fresh'], { stdio: 'ignore' });
}

/** Writes half of a bundle, and answers as if all of it stood there: what a cache does that never reaches the disk. */
function losingWrites(remember: { armed: boolean }): RemedyExecutor {
  const host = createHost();
  const access = createBundleAccess({
    ...{ host, root: '/' },
    trustStores: () => Promise.resolve(createTrustStores(host, { root: '/' })),
  });
  const believed = new Map<string, Uint8Array>();
  return createBundleDeploy({
    ...access,
    readFile: (path) => Promise.resolve(believed.get(path) ?? access.readFile(path)),
    async writeFile(path, bytes, attributes) {
      if (!remember.armed || path !== access.path) {
        believed.delete(path);
        return access.writeFile(path, bytes, attributes);
      }
      remember.armed = false;
      believed.set(path, bytes);
      await access.writeFile(path, bytes.subarray(0, bytes.length / 2), attributes);
    },
  });
}

/** Time that passes as fast as it is asked for. */
function hastyTimers(): RepairTimers {
  let elapsed = 0;
  return {
    now: () => elapsed,
    after(ms, run) {
      const timer = setTimeout(() => {
        elapsed += ms;
        run();
      }, 1);
      return () => {
        clearTimeout(timer);
      };
    },
  };
}

const CLIENTS = {
  requests: 'import sys, requests; print(requests.get(sys.argv[1], timeout=10).status_code)',
  ssl: 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=10).status)',
} as const;

function ask(client: keyof typeof CLIENTS, url: string): Promise<string> {
  const lines = readFileSync('/etc/environment', 'utf8').split('\n');
  const env = Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^\s*(?:export\s+)?(\w+)=["']?([^"']*)["']?\s*$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
  // Not in this thread, which is the server's.
  return new Promise((resolve) => {
    execFile(python, ['-c', CLIENTS[client], url], { encoding: 'utf8', env }, (_error, stdout, stderr) => {
      resolve(stdout.trim() || (stderr.trim().split('\n').at(-1) ?? ''));
    });
  });
}

const lab = createTlsLab();
const [studio, present, other] = [
  await lab.authority('Studio Root'),
  await lab.authority('Present CA'),
  await lab.authority('Another CA'),
];
enterTree(present.pem);
const { port, server } = await lab.serve(await lab.leaf(studio));
const url = `https://localhost:${port}/`;
const endpoint = randomUUID();
const bundle = Buffer.from(`${present.pem.trim()}\n${studio.pem.trim()}\n`);
const nextBundle = Buffer.from(`${present.pem.trim()}\n${studio.pem.trim()}\n${other.pem.trim()}\n`);
const artifacts = new Map([
  [studio.sha256, Buffer.from(studio.der)],
  [sha256Hex(bundle), bundle],
  [sha256Hex(nextBundle), nextBundle],
]);

const [serverKey, hostSeed] = [keyPairFromSeed('ed25519', randomBytes(32)), randomBytes(32)];
const [hostId, fleetId] = [randomUUID(), randomUUID()];
const orders = {
  configured: [{ id: endpoint, name: 'studio', host: 'localhost', port, clients: [] }],
  probeAgain: false,
  clockOffsetMs: 0,
};
const scanSettings = join(directory, 'scan.json');
writeFileSync(scanSettings, JSON.stringify({ search: [directory] }));
const host = createHost();
const loses = { armed: false };
let then: ProofOrder['then'];
const events: JobEvent[] = [];
const remedies = openRemedies('/').map((remedy) =>
  remedy.name === 'bundle.deploy' ? losingWrites(loses) : remedy,
);
const repair = await createRepair({
  stateDir: join(directory, 'state'),
  files: createDurableFiles(fileCalls),
  identity: {
    ...{ hostId, fleetId },
    keySet: () => keySetOfServerKey({ fleetId, serverKey: serverKey.publicKey }),
    hostKey: keyPairFromSeed('ed25519', hostSeed).privateKey,
  },
  remedies,
  handshakes: createHandshakes({
    ...{ root: '/', platform: host.platform, scanSettings, env: {}, orders: () => orders },
    runProgram: (request) => host.runProgram(request),
    command: [...selfCommand(), 'collect'],
  }),
  allowList: () =>
    Promise.resolve({
      ...{ path: '/etc/trustfleet/allow-list.json', state: 'loaded', digest: '0'.repeat(64), problem: null },
      permits: remedies.map(({ name }) => name),
    }),
  serverTime: () => new Date(),
  beforeFinal: () => Promise.resolve(),
  timers: hastyTimers(),
  onEvent(event) {
    events.push(event);
    // The server goes when the change is in place: nobody but this host decides what follows.
    if (event.step === 'handshakes' && then === 'reset')
      server.prependListener('connection', (socket: Socket) => socket.resetAndDestroy());
  },
  log: (level, message, fields) => {
    if (level !== 'info') process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
  },
});

function filled(value: unknown): Record<string, unknown> {
  const text = JSON.stringify(value)
    .replaceAll('@STUDIO@', studio.sha256)
    .replaceAll('@BUNDLE@', sha256Hex(bundle))
    .replaceAll('@NEXT_BUNDLE@', sha256Hex(nextBundle))
    .replaceAll('@ENDPOINT@', endpoint)
    .replaceAll('@PYTHON@', python);
  return JSON.parse(text) as Record<string, unknown>;
}

/** Till the job has its last event; timers pass by themselves. */
async function final(jobId: string): Promise<JobEvent> {
  for (;;) {
    const found = events.find((event) => event.jobId === jobId && event.signature !== null);
    if (found !== undefined) return found;
    await repair.idle();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const said = { requests: [await ask('requests', url)], ssl: [await ask('ssl', url)] };
const finals: JobEvent[] = [];
for (const asked of config.orders) {
  ({ then } = asked);
  loses.armed = then === 'loseWrite';
  const targets = [hostId, randomUUID()];
  const parameters = filled(asked.parameters);
  const undoes = asked.undoesLast === true ? finals.at(-1)?.jobId : undefined;
  const named = [...artifacts].filter(([digest]) => JSON.stringify(parameters).includes(digest));
  const order: Order = {
    ...{ format: 1, orderId: randomUUID(), fleetId, remedy: asked.remedy, parameters, orderSeq: 1 },
    mode: undoes === undefined ? (asked.mode ?? 'apply') : 'undo',
    artifacts: named.map(([digest]) => digest),
    targets: { count: targets.length, merkleRoot: merkleRoot(targets) },
    notBefore: new Date(Date.now() - 60_000).toISOString(),
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    reason: 'test',
  };
  const job: Job = {
    ...{ format: 1, jobId: randomUUID(), orderId: order.orderId, hostId, attempt: 1 },
    merkleProof: [...merkleProof(targets, hostId)],
    executionTimeoutMs: 300_000,
    ...(undoes === undefined ? {} : { undoes }),
  };
  await repair.accept({
    type: 'job',
    order: signOrder(order, [serverKey.privateKey]),
    job: signJob(job, serverKey.privateKey),
    artifacts: Object.fromEntries(named.map(([digest, bytes]) => [digest, bytes.toString('base64')])),
  });
  finals.push(await final(job.jobId));
  said.requests.push(await ask('requests', url));
  said.ssl.push(await ask('ssl', url));
}
repair.stop();
await lab.close();
process.stdout.write(JSON.stringify({ finals, ...said } satisfies ProofResult));
