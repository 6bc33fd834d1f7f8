// A store of 150 anchors read and classed, for the first time and unchanged, beside `openssl storeutl` on the same file.
import { execFile } from 'node:child_process';
import { randomBytes, webcrypto } from 'node:crypto';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { classifyAnchor, createFactsCache, issueCertificate, toPem } from '@trustfleet/certificates';
import { ROOT_CATALOGUE } from '@trustfleet/certificates/catalogue';
import { createHost } from '@trustfleet/host';
import { createTrustStores } from '@trustfleet/trust-stores';
import { note, printResult, printTable, round } from './table.ts';

const ANCHORS = 150;
const ROUNDS = 15;
const GOALS = { coldMs: 60, unchangedMs: 5 };
/** Keys as public roots have them, in about their proportion. */
const KEYS = [
  { name: 'RSASSA-PKCS1-v1_5', modulusLength: 4096, share: 8 },
  { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, share: 3 },
  { name: 'ECDSA', namedCurve: 'P-384', share: 3 },
  { name: 'ECDSA', namedCurve: 'P-256', share: 1 },
];

const run = promisify(execFile);

async function makeKeys() {
  const pairs = [];
  for (const { share, ...algorithm } of KEYS) {
    const full = { ...algorithm, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
    const pair = await webcrypto.subtle.generateKey(full, true, ['sign', 'verify']);
    pairs.push(...Array.from({ length: share }, () => pair));
  }
  return pairs;
}

/** As large as the public list, and of no public root: each is looked up everywhere before it is `unknown`. */
async function makeBundle() {
  const keys = await makeKeys();
  const pems = [];
  for (let index = 0; index < ANCHORS; index += 1) {
    const { publicKey, privateKey } = keys[index % keys.length];
    const der = await issueCertificate({
      profile: { kind: 'authority' },
      subject: {
        commonName: `Bench Root Certification Authority ${index}`,
        organization: 'Bench Trust Services Ltd.',
      },
      serialNumber: `01${randomBytes(15).toString('hex')}`,
      notBefore: new Date('2020-01-01T00:00:00Z'),
      notAfter: new Date('2045-01-01T00:00:00Z'),
      publicKey,
      signingKey: privateKey,
      issuerCertificate: null,
    });
    pems.push(toPem(der));
  }
  return pems;
}

/** The file alone, and in the tree of a Debian machine, whose store is more than its bundle. */
async function makeTree(place, pems) {
  const root = path.join(place, 'root');
  const put = async (name, text) => {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    // Long settled: what has just changed is read again.
    await utimes(file, new Date('2026-01-01'), new Date('2026-01-01'));
    return file;
  };
  await put('etc/os-release', 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n');
  await put('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n');
  await put('etc/ca-certificates.conf', pems.map((_, index) => `mozilla/${index}.crt\n`).join(''));
  for (const [index, pem] of pems.entries()) await put(`usr/share/ca-certificates/mozilla/${index}.crt`, pem);
  await put('usr/local/share/ca-certificates/.keep', '');
  const bundle = await put('etc/ssl/certs/ca-certificates.crt', pems.join(''));
  return { root, bundle };
}

/** What the agent's `stores` does of one store: reads it, and says of each anchor what is known. */
async function readAndClass(handle, cache) {
  const { store, certificates } = await handle.read();
  const context = { catalogue: ROOT_CATALOGUE, approved: new Set(), origin: 'vendor' };
  let classed = 0;
  for (const sha256 of store.bundle.anchors)
    if (classifyAnchor(cache.factsOf(sha256, certificates.get(sha256)), context).kind !== 'publicCurrent')
      classed += 1;
  if (classed !== ANCHORS) throw new Error(`${classed} of ${ANCHORS} anchors were classed.`);
}

/** `ms` on the clock, and of them `cpuMs` of this process: on a busy machine the clock says more about the others. */
async function timed(action) {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await action();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}

const median = (times, key = 'ms') =>
  times.map((time) => time[key]).toSorted((a, b) => a - b)[Math.floor(times.length / 2)];

/** Each round beside the limit's, so that what else this machine does hits both. */
async function measure(open, bundle) {
  const times = { first: null, cold: [], unchanged: [], openssl: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const cache = createFactsCache();
    const handle = await open();
    const cold = await timed(() => readAndClass(handle, cache));
    times.first ??= cold;
    times.cold.push(cold);
    times.unchanged.push(await timed(() => readAndClass(handle, cache)));
    times.openssl.push(await timed(() => run('openssl', ['storeutl', '-noout', '-certs', bundle])));
  }
  const { first, cold, unchanged, openssl } = times;
  return {
    ...{ firstMs: first.ms, coldMs: median(cold), coldCpuMs: median(cold, 'cpuMs') },
    ...{ unchangedMs: median(unchanged), unchangedCpuMs: median(unchanged, 'cpuMs') },
    opensslMs: median(openssl),
  };
}

function print(file, debian) {
  const line = (what, figure, goal) => ({
    what,
    figure: `${figure.toFixed(1)} ms`,
    limit: `openssl storeutl ${file.opensslMs.toFixed(1)} ms${goal === undefined ? '' : `, goal ≤ ${goal} ms`}`,
    ratio: (figure / file.opensslMs).toFixed(2),
  });
  printTable([
    line(`file of ${ANCHORS} anchors, cold`, file.coldMs, GOALS.coldMs),
    line('the very first in the process', file.firstMs),
    line('unchanged', file.unchangedMs, GOALS.unchangedMs),
    line('Debian store of the same, cold', debian.coldMs),
    line('unchanged', debian.unchangedMs),
  ]);
}

async function main() {
  const place = await mkdtemp(path.join(os.tmpdir(), 'trustfleet-bench-stores-'));
  try {
    note(`making ${ANCHORS} certificates`);
    const { root, bundle } = await makeTree(place, await makeBundle());
    // ctime cannot be set: a file is settled once its last change is some seconds old (trust-stores, reading-cache.ts).
    await sleep(4_000);
    // A new one each time: its cache is empty.
    const stores = () => createTrustStores(createHost(), { root });
    const file = await measure(() => stores().openBundle(bundle), bundle);
    const debian = await measure(async () => (await stores().list())[0], bundle);
    print(file, debian);
    printResult({
      coldMs: round(file.coldMs, 1),
      unchangedMs: round(file.unchangedMs, 1),
      ratioToOpenssl: round(file.coldMs / file.opensslMs, 2),
      coldCpuMs: round(file.coldCpuMs, 1),
      unchangedCpuMs: round(file.unchangedCpuMs, 1),
      firstMs: round(file.firstMs, 1),
      opensslMs: round(file.opensslMs, 1),
      debianColdMs: round(debian.coldMs, 1),
      debianUnchangedMs: round(debian.unchangedMs, 1),
    });
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

await main();
