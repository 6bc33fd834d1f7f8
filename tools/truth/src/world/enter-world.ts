import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { RunDone } from './world.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Built and source files alike. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** Runs a plan in a mount namespace where `store` is the default store and `hosts` the names; each run is told as it ends. */
export async function enterWorld(
  of: { readonly store: string; readonly hosts: string; readonly planFile: string },
  how: { readonly limitMs: number; readonly done: (run: RunDone) => void },
): Promise<void> {
  const node = [process.execPath, '--conditions=@trustfleet/source'];
  const flags = process.getuid?.() === 0 ? '-m' : '-Urm';
  const argv = [flags, '--propagation', 'private', '--', ...node, `${HERE}enter${EXTENSION}`];
  const program = [...node, `${HERE}main${EXTENSION}`, of.planFile];
  const child = spawn('unshare', [...argv, of.store, of.hosts, '--', ...program], {
    // The world ends when this pipe does: with us, and with the time-out that ends only what entered the namespace.
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: how.limitMs,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  try {
    for await (const line of createInterface({ input: child.stdout })) how.done(JSON.parse(line) as RunDone);
    const code = await ended;
    if (code !== 0)
      throw new Error(`A world of the laboratory ended with ${code ?? 'a signal'}; its reason stands above.`);
  } finally {
    child.stdin.destroy();
  }
}
