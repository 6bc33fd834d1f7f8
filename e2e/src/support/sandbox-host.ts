import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { LabCertificate } from '@trustfleet/testkit';

const run = promisify(execFile);

/** The pid of the sandbox host's agent, found by its state directory; undefined while it does not run. */
export function sandboxAgentPid(dataDir: string): number | undefined {
  const state = path.join(dataDir, 'sandbox/agent');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      const argv = commandLine(pid);
      return argv[1]?.endsWith('trustfleet-agent.mjs') === true && argv[2] === 'run' && argv.includes(state);
    });
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // A process may end between the listing and the look: it is then not the one.
    return [];
  }
}

export interface ToolResult {
  readonly code: number;
  readonly output: string;
}

/** Runs a program inside the mount namespace of a running process, with none of this machine's CA variables. */
export async function runBeside(pid: number, argv: readonly string[]): Promise<ToolResult> {
  try {
    const { stdout, stderr } = await run('nsenter', ['-t', String(pid), '-m', '--', ...argv], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      timeout: 30_000,
    });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const failure = error as { code?: number; stdout?: string; stderr?: string };
    return { code: failure.code ?? 1, output: `${failure.stdout ?? ''}${failure.stderr ?? ''}` };
  }
}

/** The "Demo studio CA" that the server made at first start, with its key: what the tests issue from. */
export function demoStudioCa(dataDir: string): LabCertificate {
  const file = readFileSync(path.join(dataDir, 'demo-ca/demo-ca.pem'), 'utf8');
  const certificate = new X509Certificate(file.slice(file.indexOf('-----BEGIN CERTIFICATE-----')));
  const privateKeyPem = createPrivateKey(file).export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    der: certificate.raw,
    pem: certificate.toString(),
    privateKeyPem,
    sha256: createHash('sha256').update(certificate.raw).digest('hex'),
  };
}

/** The sandbox host's agent, to be killed and started again as it was. */
export interface SandboxAgent {
  readonly pid: number;
  kill(): Promise<void>;
  /** Starts it in a new namespace over the same directories. */
  restart(): void;
  stop(): Promise<void>;
  /** The address at which it looks for its server from its next start on. */
  pointTo(address: string): void;
}

export function sandboxAgent(dataDir: string): SandboxAgent {
  const first = sandboxAgentPid(dataDir);
  if (first === undefined) throw new Error('the sandbox agent does not run');
  const argv = [
    'unshare',
    '-m',
    '--propagation',
    'private',
    '--',
    ...commandLine(parentOf(first)).filter((part) => part !== ''),
  ];
  // The same environment too: what it names is part of the inventory.
  const env = Object.fromEntries(
    readFileSync(`/proc/${first}/environ`, 'utf8')
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  let own: ChildProcess | undefined;
  const current = (): number => sandboxAgentPid(dataDir) ?? 0;
  const gone = async (pid: number): Promise<void> => {
    while (existsSync(`/proc/${pid}`) && sandboxAgentPid(dataDir) === pid)
      await new Promise((resolve) => setTimeout(resolve, 50));
  };
  return {
    get pid() {
      return current();
    },
    async kill() {
      const pid = current();
      process.kill(pid, 'SIGKILL');
      await gone(pid);
    },
    restart() {
      const [program = '', ...args] = argv;
      own = spawn(program, args, { stdio: 'ignore', env });
    },
    pointTo(address) {
      const file = path.join(dataDir, 'sandbox/agent/identity.json');
      const identity = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      writeFileSync(file, JSON.stringify({ ...identity, address }), { mode: 0o600 });
    },
    async stop() {
      if (!own || own.exitCode !== null) return;
      const ended = new Promise((resolve) => own?.once('close', resolve));
      own.kill('SIGTERM');
      await ended;
    },
  };
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
