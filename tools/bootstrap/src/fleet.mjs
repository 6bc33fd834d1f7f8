import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BootstrapError } from './dependencies.mjs';
import { PROGRAMS, projectNode } from './paths.mjs';
import { namespaceFlags, sandboxArgv } from './sandbox.mjs';

const run = promisify(execFile);
const READY_LIMIT_MS = 90_000;
const ENROL_LIMIT_MS = 60_000;

/** What the sandbox host's owner permits: the fixes of the tour, all of them within its own view of /etc. */
const SANDBOX_ALLOW_LIST = {
  format: 1,
  permits: [
    'bundle.deploy',
    'code.report',
    'trust.repair',
    'trustStore.addAnchor',
    'trustStore.removeAnchor',
    'variable.set',
    'variable.unset',
  ],
};

/** An unwritable directory ends here, in one sentence, before anything was started. */
export function prepareDataDir(dataDir) {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o755 });
    const probe = path.join(dataDir, `.writable-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new BootstrapError(
      `The data directory ${dataDir} cannot be written (${error.code}). Set TRUSTFLEET_DATA_DIR to a directory that you own.`,
    );
  }
}

/** Starts server and dashboard; resolves what the server says of itself in run/ready.json. */
export async function startServer(group, { dataDir, env, tokens }) {
  const run = path.join(dataDir, 'run');
  const shared = {
    ...env,
    TRUSTFLEET_DATA_DIR: dataDir,
    TRUSTFLEET_DASHBOARD_SOCKET: path.join(run, 'dashboard.sock'),
    TRUSTFLEET_API_SOCKET: path.join(run, 'api.sock'),
  };
  const server = group.start({
    name: 'server',
    argv: [projectNode(), PROGRAMS.server],
    env: { ...shared, TRUSTFLEET_LOCAL_TOKENS: String(tokens) },
    stopMs: 20_000,
  });
  let facts;
  await waitFor(() => (facts = readyFacts(run, server.child.pid)) !== undefined, server.ended);
  const dashboard = group.start({
    name: 'dashboard',
    argv: [projectNode(), PROGRAMS.dashboard],
    env: { ...withoutServerSecrets(shared), NODE_ENV: 'production' },
  });
  await waitFor(() => existsSync(shared.TRUSTFLEET_DASHBOARD_SOCKET), dashboard.ended);
  return facts;
}

/** What the server with this number says of itself. A file of another one (killed, or running on the same data) is not ours. */
export function readyFacts(run, pid) {
  try {
    const facts = JSON.parse(readFileSync(path.join(run, 'ready.json'), 'utf8'));
    return facts.pid === pid ? facts : undefined;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The database's password is the server's alone: neither the dashboard nor an agent opens a connection to it. */
export function withoutServerSecrets(env) {
  const others = { ...env };
  delete others.DATABASE_URL;
  return others;
}

async function waitFor(condition, ended) {
  let over = false;
  void ended.then(() => (over = true));
  const limit = Date.now() + READY_LIMIT_MS;
  while (!condition()) {
    // The program has said on its own stderr what was wrong.
    if (over) throw new BootstrapError('Trustfleet could not start: see the line above.');
    if (Date.now() > limit)
      throw new BootstrapError('Trustfleet did not become ready within 90 seconds: see the lines above.');
    await sleep(100);
  }
}

const MACHINE_STATE = 'agents/machine';
const SANDBOX_STATE = 'sandbox/agent';
const enrolled = (state) => existsSync(path.join(state, 'identity.json'));

/** How many tokens the agents of `npm start` still need: a secret that nobody uses is not made. */
export function tokensNeeded(dataDir) {
  return [MACHINE_STATE, SANDBOX_STATE].filter((state) => !enrolled(path.join(dataDir, state))).length;
}

/** This machine itself: no allow-list, so the agent observes and nothing can be changed. */
export async function startMachineAgent(group, { dataDir, env, tokens }) {
  const state = path.join(dataDir, MACHINE_STATE);
  const allowList = path.join(state, 'allow-list.json');
  await enrolOnce({ state, tokens, env, prefix: [], options: ['--allow-list', allowList] });
  return startAgent(group, { name: 'agent', state, allowList, env, prefix: [] });
}

/** The sandbox host: the same machine in a mount namespace of its own, where the fix may be tried. */
export async function startSandboxAgent(group, { dataDir, env, tokens, roots, hostName }) {
  const flags = namespaceFlags();
  if (!flags) return undefined;
  const dir = path.join(dataDir, 'sandbox');
  const state = path.join(dataDir, SANDBOX_STATE);
  const allowList = path.join(state, 'allow-list.json');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  if (!existsSync(allowList))
    writeFileSync(allowList, `${JSON.stringify(SANDBOX_ALLOW_LIST)}\n`, { mode: 0o600 });
  const prefix = sandboxArgv(
    { flags, dir: path.join(dir, 'mounts'), roots, writable: [state], node: projectNode() },
    [],
  );
  await enrolOnce({ state, tokens, env, prefix, options: ['--allow-list', allowList, '--name', hostName] });
  return startAgent(group, { name: 'sandbox', state, allowList, env, prefix });
}

/** Takes one of `tokens` when it is needed. */
async function enrolOnce({ state, tokens, env, prefix, options }) {
  if (enrolled(state)) return;
  const token = tokens.shift();
  const [program, ...args] = [
    ...prefix,
    projectNode(),
    PROGRAMS.agent,
    'enroll',
    '--state-dir',
    state,
    ...options,
  ];
  try {
    // Not on the command line, which every account of this machine can see.
    const own = { ...withoutServerSecrets(env), TRUSTFLEET_ENROLMENT_TOKEN: token };
    await run(program, args, { env: own, timeout: ENROL_LIMIT_MS });
  } catch (error) {
    throw new BootstrapError(`The agent could not enrol: ${enrolFailure(error)}`);
  }
}

/** Never the error's own message: it repeats the whole command line. */
export function enrolFailure({ stderr = '', killed, code, signal }) {
  if (stderr.trim() !== '') return stderr.trim();
  return killed
    ? `it did not end within ${ENROL_LIMIT_MS / 1000} seconds.`
    : `it ended without a word (${code ?? signal}).`;
}

function startAgent(group, { name, state, allowList, env, prefix }) {
  return group.start({
    name,
    argv: [...prefix, projectNode(), PROGRAMS.agent, 'run', '--state-dir', state, '--allow-list', allowList],
    env: withoutServerSecrets(env),
    essential: false,
  });
}
