import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';

const WORKER = path.join(import.meta.dirname, '../../fleet-sim/src/worker.ts');

/** One order for the worker of tools/fleet-sim: its `WorkerCommand`. */
export interface WorkerOrder {
  readonly do: string;
  readonly [parameter: string]: unknown;
}

export interface FleetState {
  readonly agents: number;
  readonly online: number;
  readonly counts: Readonly<Record<string, number>>;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Simulated agents in a process of their own (tools/fleet-sim), so that what they cost is not counted as the server's. */
export class FleetProcess {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  private last = 0;

  constructor() {
    this.child = fork(WORKER, [], {
      execArgv: ['--conditions=@trustfleet/source', '--max-old-space-size=2048'],
    });
    this.child.on('message', (answer: Answer) => {
      const one = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if (answer.error === undefined) one?.resolve(answer.value);
      else one?.reject(new Error(`The simulated fleet: ${answer.error}`));
    });
    this.child.on('exit', (code) => {
      for (const { reject } of this.waiting.values())
        reject(new Error(`The simulated fleet ended (${code ?? 'signal'}).`));
      this.waiting.clear();
    });
  }

  ask(command: WorkerOrder): Promise<unknown> {
    this.last += 1;
    const id = this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, command });
    });
  }

  async number(command: WorkerOrder): Promise<number> {
    return Number(await this.ask(command));
  }

  async state(): Promise<FleetState> {
    return (await this.ask({ do: 'state' })) as FleetState;
  }

  end(): void {
    if (this.child.exitCode === null) this.child.kill('SIGKILL');
  }
}
