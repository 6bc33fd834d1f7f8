// The weight of the agent's service beside a bare Node process: after one scan and a minute of rest, connected to a real server.
import { closeSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readyFacts } from '../../bootstrap/src/fleet.mjs';
import { PROGRAMS, projectEnv, projectNode } from '../../bootstrap/src/paths.mjs';
import { ProcessGroup } from '../../bootstrap/src/process-group.mjs';

const IDLE_MS = 60_000;
const READY_LIMIT_MS = 90_000;
const GOALS = { rssMiB: 70, privateDirtyMiB: 25 };

const say = (line) => process.stdout.write(`${line}\n`);

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function until(what, found) {
  const limit = Date.now() + READY_LIMIT_MS;
  for (;;) {
    const answer = found();
    if (answer !== undefined) return answer;
    if (Date.now() > limit) throw new Error(`Not within ${READY_LIMIT_MS / 1000} s: ${what}`);
    await sleep(100);
  }
}

function readStatus(state) {
  try {
    return JSON.parse(readFileSync(path.join(state, 'status.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A program that was just written counts as changed memory of whoever maps it (proc(5), Private_Dirty) until it is on disk. */
function settleOnDisk(file) {
  const handle = openSync(file, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/** MiB of one process, of which private dirty is what it alone takes from the machine: the rest is the program's file. */
function memoryOf(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1]) / 1024;
  return {
    rssMiB: round(mib('Rss')),
    privateDirtyMiB: round(mib('Private_Dirty')),
    pssMiB: round(mib('Pss')),
  };
}
const round = (value) => Math.round(value * 10) / 10;

async function startServer(group, place) {
  const dataDir = path.join(place, 'server');
  const { child } = group.start({
    name: 'server',
    argv: [projectNode(), PROGRAMS.server],
    env: projectEnv({
      TRUSTFLEET_DATA_DIR: dataDir,
      TRUSTFLEET_PORT: String(await freePort()),
      TRUSTFLEET_AGENT_HOST: '127.0.0.1',
      TRUSTFLEET_AGENT_PORT: String(await freePort()),
      TRUSTFLEET_LOCAL_TOKENS: '1',
      TRUSTFLEET_LOG_LEVEL: 'warn',
    }),
    stopMs: 20_000,
  });
  return await until('the server is ready', () => readyFacts(path.join(dataDir, 'run'), child.pid));
}

/** Enrols and starts the agent of this checkout, looking at this very machine; resolves once it is online. */
async function startAgent(group, { place, env, token }) {
  const state = path.join(place, 'agent');
  const argv = (command) => [
    projectNode(),
    ...[PROGRAMS.agent, command, '--state-dir', state],
    ...['--allow-list', path.join(state, 'allow-list.json')],
  ];
  const enrolled = await group.start({
    name: 'enroll',
    argv: argv('enroll'),
    env: { ...env, TRUSTFLEET_ENROLMENT_TOKEN: token },
    essential: false,
  }).ended;
  if (enrolled.code !== 0) throw new Error('The agent could not enrol: see the line above.');
  const { child } = group.start({ name: 'agent', argv: argv('run'), env });
  await until('the agent has scanned and is online', () => {
    const status = readStatus(state);
    return status?.link === 'online' && status.lastScanAt !== null ? status : undefined;
  });
  return { pid: child.pid, state };
}

function print(agent, bare) {
  const line = (...cells) => say(cells.map((cell) => String(cell).padEnd(22)).join(''));
  line('MiB', 'agent', 'bare Node', 'above it', 'goal for the agent');
  for (const [key, words] of [
    ['rssMiB', 'resident'],
    ['privateDirtyMiB', 'private dirty'],
    ['pssMiB', 'proportional'],
  ])
    line(words, agent[key], bare[key], round(agent[key] - bare[key]), GOALS[key] ?? '-');
}

async function measure(group, place) {
  for (const program of [projectNode(), PROGRAMS.agent]) settleOnDisk(program);
  // Nothing of the caller's environment: the same run everywhere.
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  const { enrolmentTokens } = await startServer(group, place);
  const agent = await startAgent(group, { place, env, token: enrolmentTokens[0] });
  const bare = group.start({
    name: 'bare Node',
    argv: [projectNode(), '-e', 'setInterval(() => {}, 1_000_000)'],
    env,
  });
  const { lastScanAt } = readStatus(agent.state);
  await sleep(IDLE_MS);
  const status = readStatus(agent.state);
  if (status?.link !== 'online') throw new Error('The agent lost its server during the rest.');
  const figures = { agent: memoryOf(agent.pid), bare: memoryOf(bare.child.pid) };
  say(
    `Node ${process.version}, ${IDLE_MS / 1000} s after the first scan (${status.lastScanAt === lastScanAt ? 'none since' : 'another came since'})`,
  );
  print(figures.agent, figures.bare);
  const { rssMiB, privateDirtyMiB, pssMiB } = figures.agent;
  return { rssMiB, privateDirtyMiB, pssMiB, bare: figures.bare, goals: GOALS };
}

async function main() {
  const place = await mkdtemp(path.join(os.tmpdir(), 'trustfleet-bench-agent-'));
  // Started as root PostgreSQL runs under another account, which has to pass.
  await chmod(place, 0o711);
  let interrupt;
  const interrupted = new Promise((_, reject) => (interrupt = reject));
  const group = new ProcessGroup({
    write: (line) => process.stderr.write(`${line}\n`),
    onUnexpectedExit: (name) => interrupt(new Error(`The ${name} ended: see the line above.`)),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => interrupt(new Error(`ended by ${signal}`)));
  let figures;
  try {
    figures = await Promise.race([measure(group, place), interrupted]);
  } finally {
    await group.stopAll();
    await rm(place, { recursive: true, force: true });
  }
  // Last of all: the programs say something on their way out.
  say(JSON.stringify(figures));
}

await main();
