import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportPublicKey } from '@trustfleet/signing';
import { createPrivateKey } from 'node:crypto';

const MAIN = path.join(import.meta.dirname, '../../../apps/server/dist/main.js');
const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 20_000;

/** Where the server stands; high ports, chosen by the caller so that a restart has the same. */
export interface ServerPlace {
  readonly dataDir: string;
  readonly port: number;
  readonly agentPort: number;
}

/** What a simulated agent needs to know of it (tools/fleet-sim `SimServer`). */
export interface AgentsView {
  readonly address: string;
  readonly fleetId: string;
  readonly caCertificate: string;
  readonly serverKey: string;
}

/** The real server as `npm start` runs it: its own process, its embedded PostgreSQL, a data directory of its own. */
export class ServerProcess {
  readonly place: ServerPlace;
  private child: ChildProcess | undefined;

  constructor(place: ServerPlace) {
    this.place = place;
  }

  get pid(): number {
    const pid = this.child?.pid;
    if (pid === undefined) throw new Error('The server does not run.');
    return pid;
  }

  /** Starts it; resolves as soon as the agents' port takes connections. `nodeArgs`: for a profile. */
  async spawn(nodeArgs: readonly string[] = []): Promise<void> {
    const { dataDir, port, agentPort } = this.place;
    const log = openSync(path.join(dataDir, 'server.log'), 'a');
    const child = spawn(process.execPath, [...nodeArgs, MAIN], {
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env['PATH'],
        TRUSTFLEET_DATA_DIR: dataDir,
        TRUSTFLEET_PORT: String(port),
        TRUSTFLEET_AGENT_HOST: '127.0.0.1',
        TRUSTFLEET_AGENT_PORT: String(agentPort),
        TRUSTFLEET_LOG_LEVEL: 'warn',
      },
    });
    closeSync(log);
    this.child = child;
    await this.until(() => takesConnections(agentPort));
  }

  /** As `spawn`, and waits until it serves. */
  async start(nodeArgs: readonly string[] = []): Promise<void> {
    await this.spawn(nodeArgs);
    await this.ready();
  }

  async ready(): Promise<void> {
    await this.until(async () => {
      try {
        return (await fetch(`http://127.0.0.1:${this.place.port}/readyz`)).ok;
      } catch (error) {
        if (error instanceof TypeError) return false;
        throw error;
      }
    });
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(timer);
  }

  log(): string {
    return readFileSync(path.join(this.place.dataDir, 'server.log'), 'utf8');
  }

  /** What its files say; the fleet's id is asked of the database. */
  agentsView(fleetId: string): AgentsView {
    const keys = path.join(this.place.dataDir, 'keys');
    const authority = readFileSync(path.join(keys, 'fleet-ca.pem'), 'utf8');
    const [caCertificate = ''] =
      /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(authority) ?? [];
    const key = createPrivateKey(readFileSync(path.join(keys, 'server-ed25519.pem'), 'utf8'));
    return {
      address: `https://127.0.0.1:${this.place.agentPort}`,
      fleetId,
      caCertificate,
      serverKey: exportPublicKey(key),
    };
  }

  private async until(done: () => Promise<boolean>): Promise<void> {
    const limit = performance.now() + START_LIMIT_MS;
    while (!(await done())) {
      const ended = this.child?.exitCode ?? null;
      if (ended !== null || performance.now() > limit)
        throw new Error(`The server did not start (${ended ?? 'no answer'}):\n${this.log().slice(-2000)}`);
      await sleep(20);
    }
  }
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return false;
    throw error;
  } finally {
    socket.destroy();
  }
}
