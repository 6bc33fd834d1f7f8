import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';

export const ROOT = path.resolve(import.meta.dirname, '../../..');
const START = 'tools/bootstrap/start.mjs';
const NOBODY = 65534;

export interface FleetOptions {
  /** The clone to start; default this one, already built. */
  readonly root?: string;
  readonly dataDir?: string;
  readonly ports?: { readonly web: number; readonly agent: number };
  readonly env?: Readonly<Record<string, string>>;
  readonly readyMs?: number;
  /** As the account nobody, which owns nothing here but the data directory. */
  readonly asNobody?: boolean;
  /** PEM of further roots of the sandbox host's store. */
  readonly extraRoots?: readonly string[];
}

/** `npm start` as a person runs it, with everything it prints. */
export interface RunningFleet {
  readonly dataDir: string;
  readonly url: string;
  readonly setupUrl: string | null;
  readonly ports: { readonly web: number; readonly agent: number };
  readonly lines: readonly string[];
  /** Ctrl-C; resolves the exit code. */
  stop(): Promise<number | null>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A data directory that PostgreSQL's own account can reach; `remove` ends it. */
export function freshDataDir(): { readonly dataDir: string; remove(): void } {
  const parent = mkdtempSync('/tmp/trustfleet-e2e-');
  chmodSync(parent, 0o755);
  return {
    dataDir: path.join(parent, 'data'),
    remove: () => {
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

/** The sandbox host's store holds exactly these: the e2e never looks at the machine's own. */
function writeSandboxRoots(dataDir: string, extra: readonly string[]): string {
  const roots = path.join(path.dirname(dataDir), 'roots');
  mkdirSync(roots, { recursive: true });
  for (const root of WELL_KNOWN_ROOTS)
    writeFileSync(path.join(roots, `${root.name.replaceAll(/\W+/g, '-')}.crt`), root.pem);
  extra.forEach((pem, index) => {
    writeFileSync(path.join(roots, `extra-${index}.crt`), pem);
  });
  return roots;
}

/** The caller's environment without anything that names a trust store: a fleet under test sees none of this machine's. */
function plainEnv(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, NODE_EXTRA_CA_CERTS } = process.env;
  // npm itself may need NODE_EXTRA_CA_CERTS to reach its registry.
  // The clone's Node is the caller's own, not the one that runs the tests.
  const callersPath = (PATH ?? '')
    .split(path.delimiter)
    .filter((entry) => !entry.includes('node_modules'))
    .join(path.delimiter);
  return { PATH: callersPath, HOME, LANG, ...(NODE_EXTRA_CA_CERTS ? { NODE_EXTRA_CA_CERTS } : {}) };
}

/** What runs {@link START} as nobody: a namespace in which the checkout lies where that account can read it. */
function asNobody(dataDir: string): string[] {
  const parent = path.dirname(dataDir);
  const place = path.join(parent, 'checkout');
  mkdirSync(place, { recursive: true });
  chownSync(parent, NOBODY, NOBODY);
  const enter = path.join(import.meta.dirname, 'as-nobody.mjs');
  return ['unshare', '-m', '--propagation', 'private', '--', process.execPath, enter, ROOT, place, START];
}

/** In a clone as its README says; in this checkout what Nx has just built, by the Node that runs the tests. */
function launch({ root, asNobody: nobody }: FleetOptions, env: NodeJS.ProcessEnv): ChildProcess {
  // A process group of its own, as a terminal gives it: Ctrl-C reaches npm, its shell and the launcher alike.
  const options: SpawnOptions = { detached: true, stdio: ['ignore', 'pipe', 'pipe'] };
  if (root !== undefined) return spawn('npm', ['start'], { ...options, cwd: root, env });
  const dataDir = env['TRUSTFLEET_DATA_DIR'] ?? '';
  const [program = '', ...args] =
    nobody === true ? asNobody(dataDir) : [process.execPath, path.join(ROOT, START)];
  const home = nobody === true ? { HOME: path.dirname(dataDir) } : {};
  return spawn(program, args, {
    ...options,
    cwd: nobody === true ? '/' : ROOT,
    env: { ...env, ...home, TRUSTFLEET_SKIP_BUILD: '1' },
  });
}

export async function startFleet(options: FleetOptions = {}): Promise<RunningFleet> {
  const dataDir = options.dataDir ?? freshDataDir().dataDir;
  const ports = options.ports ?? { web: await freePort(), agent: await freePort() };
  const child = launch(options, {
    ...plainEnv(),
    TRUSTFLEET_DATA_DIR: dataDir,
    TRUSTFLEET_PORT: String(ports.web),
    TRUSTFLEET_AGENT_PORT: String(ports.agent),
    TRUSTFLEET_SANDBOX_ROOTS: writeSandboxRoots(dataDir, options.extraRoots ?? []),
    ...options.env,
  });
  const lines = collectLines(child);
  await waitForLine({ child, lines, pattern: /^Stop with Ctrl-C/, limitMs: options.readyMs ?? 120_000 });
  return {
    dataDir,
    ports,
    lines,
    url: find(lines, /Trustfleet is running: (\S+)/) ?? '',
    setupUrl: find(lines, /First administrator:\s+(\S+)/),
    stop: () => stop(child),
  };
}

function collectLines(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  return lines;
}

const find = (lines: readonly string[], pattern: RegExp): string | null =>
  lines.map((line) => pattern.exec(line)?.[1]).find((match) => match !== undefined) ?? null;

async function waitForLine(wait: {
  child: ChildProcess;
  lines: readonly string[];
  pattern: RegExp;
  limitMs: number;
}): Promise<void> {
  const limit = Date.now() + wait.limitMs;
  while (!wait.lines.some((line) => wait.pattern.test(line))) {
    if (wait.child.exitCode !== null || Date.now() > limit) {
      wait.child.kill('SIGTERM');
      throw new Error(`npm start did not become ready:\n${wait.lines.slice(-40).join('\n')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  process.kill(-(child.pid ?? 0), 'SIGINT');
  const limit = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 60_000);
  const code = await ended;
  clearTimeout(limit);
  return code;
}
