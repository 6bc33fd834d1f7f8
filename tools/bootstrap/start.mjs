// `npm start`: from a fresh clone to a running fleet. Node built-ins only, so that it can run before `npm ci`.
import { hostname } from 'node:os';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { BootstrapError, ensureDependencies } from './src/dependencies.mjs';
import {
  prepareDataDir,
  startMachineAgent,
  startSandboxAgent,
  startServer,
  tokensNeeded,
} from './src/fleet.mjs';
import { runNx } from './src/nx.mjs';
import { defaultDataDir, projectEnv } from './src/paths.mjs';
import { ProcessGroup } from './src/process-group.mjs';

const log = (line) => process.stdout.write(`${line}\n`);

async function build() {
  log('Building what is stale …');
  const code = await runNx([
    'run-many',
    '-t',
    'build',
    '-p',
    'agent',
    'server',
    'dashboard',
    'cli',
    '--outputStyle=static',
  ]);
  if (code !== 0) throw new BootstrapError('The build failed: see the lines above.');
}

async function startFleet(group, dataDir) {
  const env = projectEnv();
  const server = await startServer(group, { dataDir, env, tokens: tokensNeeded(dataDir) });
  const tokens = [...(server.enrolmentTokens ?? [])];
  // The pictures of the README show one host, and nothing of the machine they are taken on.
  if (process.env.TRUSTFLEET_MACHINE_AGENT !== '0') await startMachineAgent(group, { dataDir, env, tokens });
  const sandbox = await startSandboxAgent(group, {
    dataDir,
    env,
    tokens,
    roots: process.env.TRUSTFLEET_SANDBOX_ROOTS,
    hostName: process.env.TRUSTFLEET_SANDBOX_NAME ?? `${hostname()}-sandbox`,
  });
  if (!sandbox)
    log('No sandbox host: this account cannot make a mount namespace (unshare). Everything else works.');
  return server;
}

function greet(server, dataDir) {
  log('');
  log(`Trustfleet is running: ${server.url}`);
  if (server.setupUrl) log(`First administrator:   ${server.setupUrl}  (works once)`);
  log(`Agents connect to:     ${server.agentUrl}`);
  log(`Data:                  ${dataDir}`);
  log('Stop with Ctrl-C.');
}

async function main() {
  const dataDir = defaultDataDir();
  prepareDataDir(dataDir);
  // The end-to-end tests start what Nx has just built for them.
  if (process.env.TRUSTFLEET_SKIP_BUILD !== '1') {
    await ensureDependencies(log);
    await build();
  }
  let stop;
  const stopped = new Promise((resolve) => (stop = resolve));
  const group = new ProcessGroup({
    write: log,
    onUnexpectedExit: (name, result) =>
      stop({
        code: 1,
        reason: `The ${name} ended (${result.code ?? result.signal}); everything is stopped.`,
      }),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => stop({ code: 0, reason: 'Stopping …' }));
  const failure = startFleet(group, dataDir)
    .then((server) => greet(server, dataDir))
    .then(
      () => new Promise(() => {}),
      (error) => error,
    );
  const end = await Promise.race([stopped, failure]);
  if (end instanceof Error) {
    await group.stopAll();
    throw end;
  }
  log(end.reason);
  await group.stopAll();
  // The server is the last to go, and takes its own ready.json along.
  if (end.code === 0 && existsSync(path.join(dataDir, 'keys')))
    log('Stopped. The data is kept; `npm start` goes on with it.');
  process.exitCode = end.code;
}

main().catch((error) => {
  process.stderr.write(`${error instanceof BootstrapError ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
