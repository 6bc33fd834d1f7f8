import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, mkdirSync, chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';

export const ROOT = path.resolve(import.meta.dirname, '../../..');

export interface FleetOptions {
  /** The clone to start; default this one, already built. */
  readonly root?: string;
  readonly dataDir?: string;
  readonly ports?: { readonly web: number; readonly agent: number };
  readonly env?: Readonly<Record<string, string>>;
  readonly readyMs?: number;
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
  return { PATH, HOME, LANG, ...(NODE_EXTRA_CA_CERTS ? { NODE_EXTRA_CA_CERTS } : {}) };
}

export async function startFleet(options: FleetOptions = {}): Promise<RunningFleet> {
  const dataDir = options.dataDir ?? freshDataDir().dataDir;
  const ports = options.ports ?? { web: await freePort(), agent: await freePort() };
  const root = options.root ?? ROOT;
  const child = spawn(process.execPath, [path.join(root, 'tools/bootstrap/start.mjs')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...plainEnv(),
      TRUSTFLEET_DATA_DIR: dataDir,
      TRUSTFLEET_PORT: String(ports.web),
      TRUSTFLEET_AGENT_PORT: String(ports.agent),
      TRUSTFLEET_SANDBOX_ROOTS: writeSandboxRoots(dataDir, options.extraRoots ?? []),
      ...(options.root === undefined ? { TRUSTFLEET_SKIP_BUILD: '1' } : {}),
      ...options.env,
    },
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
  child.kill('SIGINT');
  const limit = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const code = await ended;
  clearTimeout(limit);
  return code;
}
