import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * The programs that `npm start` runs, stopped in the reverse order of their start. Each is a process group of its
 * own, so that Ctrl-C reaches the launcher alone and nothing is torn down under another's feet.
 */
export class ProcessGroup {
  #running = [];
  #stopping = false;

  constructor({ onUnexpectedExit, write = (line) => process.stdout.write(`${line}\n`) }) {
    this.onUnexpectedExit = onUnexpectedExit;
    this.write = write;
  }

  /** `essential`: when it ends by itself, `onUnexpectedExit` is called. */
  start({ name, argv, env, essential = true, stopMs = 10_000 }) {
    // An order to stop may come while the next program is being made ready: nobody would end it any more.
    if (this.#stopping) throw new Error(`The ${name} is not started: everything is being stopped.`);
    const [program, ...args] = argv;
    const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.write(`[${name}] ${line}`));
    }
    const ended = new Promise((resolve) => {
      child.once('error', (error) => resolve({ code: 127, error }));
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    const entry = { name, child, ended, stopMs };
    this.#running.push(entry);
    void ended.then((result) => {
      this.#running = this.#running.filter((other) => other !== entry);
      if (this.#stopping || entry.stopped) return;
      if (essential) this.onUnexpectedExit(name, result);
      else this.write(`[${name}] ended (${result.code ?? result.signal}); the rest goes on`);
    });
    return entry;
  }

  async stop(entry) {
    entry.stopped = true;
    if (entry.child.exitCode !== null || entry.child.signalCode !== null) return;
    entry.child.kill('SIGTERM');
    const limit = setTimeout(() => killGroup(entry.child.pid), entry.stopMs);
    await entry.ended;
    clearTimeout(limit);
  }

  async stopAll() {
    this.#stopping = true;
    for (const entry of [...this.#running].reverse()) await this.stop(entry);
  }
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
