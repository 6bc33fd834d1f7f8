// The agent's whole scan of a machine with ten Python environments: the first, and one where nothing has changed since.
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createHost } from '@trustfleet/host';
import { SECTION_NAMES } from '@trustfleet/protocol';
import { PROGRAMS, projectNode, ROOT } from '../../bootstrap/src/paths.mjs';
import { note, printResult, printTable, round } from './table.ts';

const ENVIRONMENTS = 10;
const REPEATS = 5;
const GOALS = { fullScanSeconds: 3, repeatedScanSeconds: 0.3, peakRssMiB: 120 };
/** Of different ages, so that not all environments hold the same files. Pure Python, so that one copy serves every interpreter. */
const PACKAGE_SETS = [
  ['certifi==2018.11.29', 'requests==2.20.1', 'httplib2==0.12.3', 'shotgun-api3==3.4.0'],
  ['certifi==2021.10.8', 'requests==2.26.0', 'httplib2==0.20.4', 'shotgun-api3==3.5.1'],
  ['certifi==2024.7.4', 'requests==2.32.3', 'httplib2==0.22.0', 'shotgun-api3==3.8.2'],
];
const PIP_LIMIT_MS = 3 * 60_000;
/** Beyond the agent's own limit of a scan. */
const SCAN_LIMIT_MS = 22 * 60_000;

/** What is read of the machine; endpoints and verdicts need handshakes with others. */
const NAMES = SECTION_NAMES.filter((name) => !['endpoints', 'verdicts'].includes(name));

const run = promisify(execFile);

async function interpreters() {
  const versions = path.join(process.env.PYENV_ROOT ?? path.join(os.homedir(), '.pyenv'), 'versions');
  const pyenv = existsSync(versions)
    ? (await readdir(versions)).map((version) => path.join(versions, version, 'bin/python3'))
    : [];
  const found = [...pyenv, '/usr/bin/python3', '/usr/local/bin/python3'].filter((file) => existsSync(file));
  if (found.length === 0)
    throw new Error('No Python 3 was found: install one (python3 with its venv module).');
  return found;
}

/** pip's answer is kept below node_modules: a second run asks no index. */
async function packageSet(python, names) {
  const cache = path.join(ROOT, 'node_modules/.cache/trustfleet/bench-scan');
  const target = path.join(cache, names.join('+').replaceAll(/[^A-Za-z0-9.+-]/g, '_'));
  if (existsSync(target)) return target;
  note(`fetching ${names.join(' ')}`);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(`${target}.`);
  const argv = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-compile',
    '--retries',
    '2',
    '--target',
    work,
    ...names,
  ];
  try {
    await run(python, [...argv, '--disable-pip-version-check'], { timeout: PIP_LIMIT_MS });
  } catch (error) {
    throw new Error(
      `${names.join(' ')} could not be fetched with pip: check the network and the package index.`,
      {
        cause: error,
      },
    );
  }
  await rename(work, target);
  return target;
}

/** Only root's and this account's: below a directory that others may write, no interpreter would be started. */
async function makeMachine(place) {
  const root = path.join(place, 'root');
  const pythons = await interpreters();
  for (const directory of ['etc/ssl/certs', 'opt/studio', 'root', 'usr/bin'])
    await mkdir(path.join(root, directory), { recursive: true, mode: 0o755 });
  await writeFile(path.join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(path.join(root, 'etc/os-release'), 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\n');
  for (let index = 0; index < ENVIRONMENTS; index += 1) {
    const python = pythons[index % pythons.length];
    const packages = await packageSet(pythons.at(-1), PACKAGE_SETS[index % PACKAGE_SETS.length]);
    const environment = path.join(root, 'opt/studio', `env-${index}`);
    await run(python, ['-m', 'venv', '--without-pip', environment], { timeout: PIP_LIMIT_MS });
    const [line] = await readdir(path.join(environment, 'lib'));
    await cp(packages, path.join(environment, 'lib', line, 'site-packages'), { recursive: true });
  }
  const bundle = path.join(root, 'opt/studio/env-0/lib');
  const [line] = await readdir(bundle);
  await cp(
    path.join(bundle, line, 'site-packages/certifi/cacert.pem'),
    path.join(root, 'etc/ssl/certs/ca-certificates.crt'),
  );
  return root;
}

/** One scan as the service has it: in a process of its own, which is told what the last one found (apps/agent, scan-process.ts). */
async function scan(root, facts) {
  const [start, cpu, usage] = [performance.now(), cpuSecondsWithChildren(), { peakKib: 0 }];
  const options = ['--root', root, '--scan-settings', path.join(root, 'etc/scan.json')];
  const child = spawn(projectNode(), [PROGRAMS.agent, 'collect', ...options], {
    env: environment(root),
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: SCAN_LIMIT_MS,
  });
  const watch = setInterval(() => (usage.peakKib = Math.max(usage.peakKib, peakOf(child.pid))), 10);
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  child.stdin.write(`${JSON.stringify({ names: NAMES, facts })}\n`);
  const parts = [];
  for await (const part of child.stdout) parts.push(part);
  const code = await ended;
  clearInterval(watch);
  const answer = Buffer.concat(parts);
  const end = answer.indexOf('\n');
  if (code !== 0 || end < 0) throw new Error(`The agent's scan ended with ${code}: see the line above.`);
  const seconds = (performance.now() - start) / 1000;
  const cpuSeconds = cpuSecondsWithChildren() - cpu;
  const { readings, facts: left } = JSON.parse(answer.subarray(0, end).toString('utf8'));
  checked({
    problems: readings.flatMap((reading) => reading.problems),
    pythons: readings.find(({ name }) => name === 'pythons')?.encoded?.body,
  });
  return { seconds, cpuSeconds, peakKib: usage.peakKib, facts: left };
}

/** Nothing of this machine's. */
const environment = (root) => ({ PATH: path.join(root, 'usr/bin'), HOME: path.join(root, 'root') });

/** VmHWM is the peak up to now (proc(5)); 0 once the process is gone. */
function peakOf(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return 0;
    throw error;
  }
}

/** User and system time of this process and of the children that it has waited for (proc(5) `stat`, utime to cstime), in steps of 10 ms. */
function cpuSecondsWithChildren() {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}

/** That it was all found, and asked: a scan that skips its work is quick. */
function checked({ problems, pythons: body }) {
  const { pythons } = JSON.parse(body ?? '{"pythons":[]}');
  const others = pythons.map(({ path: file }) => file).filter((file) => !file.includes('/opt/studio/'));
  if (others.length > 0) throw new Error(`Pythons of this machine were looked at too: ${others.join(', ')}.`);
  const asked = pythons.filter(({ facts, packages }) => facts === 'run' && packages.length >= 4);
  if (asked.length !== ENVIRONMENTS || problems.length > 0)
    throw new Error(`${asked.length} of ${ENVIRONMENTS} environments were asked. ${problems.join(' ')}`);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** The agent's scan in this process, as `trustfleet-agent scan` and the tests have it: without the start of one. */
async function inventory(root) {
  const { createInventory } = await import(path.join(ROOT, 'apps/agent/src/inventory.ts'));
  const processEnv = environment(root);
  const collector = createInventory({
    ...{ host: createHost(), root, processEnv },
    ...{ name: null, scanSettings: null },
  });
  return async () => {
    const [start, cpu] = [performance.now(), cpuSecondsWithChildren()];
    const { encoded, problems } = await collector.collect(NAMES);
    const seconds = (performance.now() - start) / 1000;
    const cpuSeconds = cpuSecondsWithChildren() - cpu;
    checked({ problems, pythons: encoded.get('pythons')?.body });
    return { seconds, cpuSeconds };
  };
}

async function inTurn(times, action) {
  const results = [];
  for (let at = 0; at < times; at += 1) results.push(await action());
  return results;
}

/** The same as the service has it. */
async function measureProcess(root) {
  const full = await scan(root, { variables: null, certifi: null });
  let { facts } = full;
  const repeated = await inTurn(REPEATS, async () => {
    const again = await scan(root, facts);
    facts = again.facts;
    return again;
  });
  return {
    processFullSeconds: full.seconds,
    processFullCpuSeconds: full.cpuSeconds,
    processRepeatedSeconds: median(repeated.map(({ seconds }) => seconds)),
    processRepeatedCpuSeconds: median(repeated.map(({ cpuSeconds }) => cpuSeconds)),
    peakRssMiB: Math.max(full.peakKib, ...repeated.map(({ peakKib }) => peakKib)) / 1024,
  };
}

async function measure(root) {
  const collect = await inventory(root);
  const full = await collect();
  const repeated = await inTurn(REPEATS, collect);
  return {
    fullScanSeconds: full.seconds,
    repeatedScanSeconds: median(repeated.map(({ seconds }) => seconds)),
    // On a busy machine the clock says more about the others.
    fullCpuSeconds: full.cpuSeconds,
    repeatedCpuSeconds: median(repeated.map(({ cpuSeconds }) => cpuSeconds)),
    ...(await measureProcess(root)),
  };
}

/** Wall and CPU seconds side by side; a goal is for the wall clock of an idle machine. */
function print(figures) {
  const line = (what, key, cpuKey) => ({
    what,
    figure: `${figures[key].toFixed(2)} s, CPU ${figures[cpuKey].toFixed(2)} s`,
    ...limitOf(key, figures[key], 's'),
  });
  printTable([
    line(`${ENVIRONMENTS} environments, the first scan`, 'fullScanSeconds', 'fullCpuSeconds'),
    line('nothing changed', 'repeatedScanSeconds', 'repeatedCpuSeconds'),
    line(
      'the first as the service has it: a process of its own',
      'processFullSeconds',
      'processFullCpuSeconds',
    ),
    line('nothing changed, likewise', 'processRepeatedSeconds', 'processRepeatedCpuSeconds'),
    {
      what: 'peak of that process',
      figure: `${figures.peakRssMiB.toFixed(1)} MiB`,
      ...limitOf('peakRssMiB', figures.peakRssMiB, 'MiB'),
    },
  ]);
}

function limitOf(key, figure, unit) {
  const goal = GOALS[key];
  return goal === undefined
    ? { limit: '', ratio: '' }
    : { limit: `goal ≤ ${goal} ${unit}`, ratio: (figure / goal).toFixed(2) };
}

async function main() {
  const parent = process.getuid?.() === 0 ? '/var/lib' : os.homedir();
  const place = await mkdtemp(path.join(parent, 'trustfleet-bench-scan-'));
  try {
    await run('chmod', ['755', place]);
    note(`making ${ENVIRONMENTS} Python environments`);
    const root = await makeMachine(place);
    // What has just changed is looked at again (libs/host, identify.ts).
    await sleep(4_000);
    const figures = await measure(root);
    print(figures);
    const digits = { peakRssMiB: 1 };
    printResult(
      Object.fromEntries(
        Object.entries(figures).map(([key, value]) => [key, round(value, digits[key] ?? 2)]),
      ),
    );
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

await main();
