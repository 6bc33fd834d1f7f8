import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { createHost, runProgram, type RunRequest } from '@trustfleet/host';
import { SECTION_NAMES } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInventory } from './inventory.ts';
import { NO_ENDPOINTS } from './judge/endpoint-facts.ts';
import { createScanProcess } from './scan-process.ts';
import { TRUST_SECTIONS, type InventoryCollector } from './scan-result.ts';
import { makeFakeRoot, type FakeRoot } from './testing/fake-root.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const COLLECT: [string, ...string[]] = [
  process.execPath,
  '--conditions=@trustfleet/source',
  ...[MAIN, 'collect'],
];
const NODE = (script: string): [string, ...string[]] => [process.execPath, '-e', script];
const ENV = { PATH: '/nonexistent' };

let fake: FakeRoot;
let requests: RunRequest[];
/** Changes what is run, when set. */
let instead: Partial<RunRequest> | null;
beforeEach(async () => {
  fake = await makeFakeRoot();
  requests = [];
  instead = null;
});
afterEach(() => fake.remove());

const scans = (signal = new AbortController().signal): InventoryCollector =>
  createScanProcess({
    runProgram: (request) => {
      requests.push(request);
      return runProgram({ ...request, ...instead });
    },
    command: COLLECT,
    ...{ root: fake.root, env: ENV, name: 'studio-1', scanSettings: '/nonexistent/scan.json' },
    endpoints: { orders: () => NO_ENDPOINTS, stored: null, take: () => undefined },
    signal,
  });

describe('a scan in a process of its own', () => {
  it('gives what a scan in this process gives: sections, digests, certificates, what to watch', async () => {
    const here = createInventory({
      host: createHost(),
      root: fake.root,
      processEnv: ENV,
      name: 'studio-1',
      scanSettings: null,
      endpoints: NO_ENDPOINTS,
    });

    const near = await here.collect(SECTION_NAMES);
    const far = await scans().collect(SECTION_NAMES);

    expect(far.encoded.size).toBe(SECTION_NAMES.length);
    expect(far.encoded).toEqual(near.encoded);
    expect([...far.certificates].map(([sha256, der]) => [sha256, Buffer.from(der).toString('hex')])).toEqual(
      [...near.certificates].map(([sha256, der]) => [sha256, Buffer.from(der).toString('hex')]),
    );
    expect(far.certificates.size).toBe(2);
    expect(far.watch).toEqual(near.watch);
    expect(far.problems).toEqual(near.problems);
  });

  it('hands what the first has found to the second, which looks at trust alone', async () => {
    const collector = scans();
    const full = await collector.collect(SECTION_NAMES);
    await writeFile(fake.bundle, WELL_KNOWN_ROOTS[2]!.pem);

    const again = await collector.collect(TRUST_SECTIONS);

    expect(JSON.parse((requests[1]?.input ?? '') as string)).toMatchObject({
      names: TRUST_SECTIONS,
      facts: { certifi: [], variables: [{ variable: { name: 'SSL_CERT_FILE' } }] },
    });
    expect(again.encoded.get('pythons')).toEqual(full.encoded.get('pythons'));
    expect(again.encoded.get('trustStores')).not.toEqual(full.encoded.get('trustStores'));
    expect([...again.encoded.keys()].sort()).toEqual([...SECTION_NAMES].sort());
  });

  it.each<[string, Partial<RunRequest>, RegExp]>([
    ['hangs', { argv: NODE('setInterval(() => {}, 1e6)'), timeoutMs: 300 }, /no end after 300 ms/],
    [
      'crashes',
      { argv: NODE('console.error("the disk is on fire"); process.exit(3)') },
      /exit code 3; it said: the disk is on fire/,
    ],
    ['is killed', { argv: NODE('process.kill(process.pid, "SIGKILL")') }, /ended by SIGKILL/],
    ['floods', { argv: ['/usr/bin/yes'], maxOutputBytes: 65_536 }, /printed more than 65536 bytes/],
    ['is not there', { argv: ['/nonexistent/node'] }, /could not be started/],
    ['says nothing', { argv: ['/bin/true'] }, /its answer has no end \(0 bytes\)/],
    ['says something else', { argv: ['/bin/echo', '{"format":2}'] }, /failed: /],
    ['breaks off', { argv: ['/usr/bin/printf', '{"format":1,"rea'] }, /its answer has no end/],
    [
      'cuts its certificates',
      { argv: ['/bin/echo', '{"format":1,"readings":[],"certificates":[["aa",9]],"facts":null}'] },
      /has 0 bytes of certificates, not 9/,
    ],
  ])('that %s is told', async (_what, other, sentence) => {
    instead = { graceMs: 100, ...other };

    await expect(scans().collect(SECTION_NAMES)).rejects.toThrow(sentence);
  });

  it('that fails leaves the last facts in force', async () => {
    const collector = scans();
    const before = await collector.collect(SECTION_NAMES);
    instead = { argv: ['/bin/false'] };
    await expect(collector.collect(SECTION_NAMES)).rejects.toThrow(/exit code 1/);

    instead = null;
    const after = await collector.collect(['variables']);

    expect(after.encoded).toEqual(before.encoded);
    expect(after.certificates).toEqual(before.certificates);
  });

  it('ends when it is to stop', async () => {
    const stop = new AbortController();
    instead = { argv: NODE('process.stdin.resume(); setInterval(() => {}, 1e6)'), graceMs: 100 };
    const scan = scans(stop.signal).collect(SECTION_NAMES);
    stop.abort();

    await expect(scan).rejects.toThrow(/was ended by|was not started/);
  });
});

describe('collect', () => {
  it.each([
    ['before it asked', ''],
    [
      'after it asked',
      `${JSON.stringify({ names: SECTION_NAMES, facts: { variables: null, certifi: null } })}\n`,
    ],
  ])('ends with the service that started it, gone %s', async (_when, input) => {
    const [program, ...args] = COLLECT;
    const child = spawn(program, [...args, '--root', fake.root], {
      env: ENV,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let printed = 0;
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.length));
    child.stdin.end(input);

    const [code] = (await once(child, 'close')) as [number | null];

    expect(code).toBe(1);
    expect(printed).toBe(0);
  });
});
