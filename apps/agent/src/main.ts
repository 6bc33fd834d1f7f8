import { takeEnvironment } from './environment.ts';

/** Oldest release whose X509Certificate gives dates (22.10); what is older fails in the middle of a scan. */
const OLDEST_NODE = [22, 10] as const;

function nodeIsTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
}

async function main(): Promise<number> {
  if (nodeIsTooOld(process.versions.node)) {
    process.stderr.write(
      `trustfleet-agent: Node ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node} (${process.execPath}). Start it with a newer one.\n`,
    );
    return 1;
  }
  // `| head`: whoever read has gone. What is under way goes on to its end, an undo above all.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  // Only now: what it is made of uses what older releases do not have.
  const { runCli } = await import('./cli.ts');
  return runCli(process.argv.slice(2), {
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: takeEnvironment(),
  });
}

// No `await` outside of a function: a single executable runs CommonJS alone (tools/packaging), which has none. What rejects here ends
// the process with its stack, as any unexpected failure does.
void main().then(end);

/**
 * Where nothing is left to do a process ends by itself. On Windows a call of a certificate store that never answers is given up and
 * would still keep it (libs/host/src/windows): there it is ended, once what it printed has gone.
 */
function end(code: number): void {
  process.exitCode = code;
  if (process.platform !== 'win32') return;
  process.stdout.write('', () => {
    process.stderr.write('', () => process.exit());
  });
}
