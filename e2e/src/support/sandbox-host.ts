import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
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
