import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './running-fleet.ts';

const SERVER = path.join(ROOT, 'apps/server/dist/main.js');
const READY_MS = 60_000;

export interface ServerOptions {
  readonly dataDir: string;
  readonly ports: { readonly web: number; readonly agent: number };
  readonly env?: Readonly<Record<string, string>>;
}

/** The server alone, to be killed and started again: `npm start` would end everything with it. */
export interface ServerProcess {
  readonly url: string;
  /** As a crash or the kernel does it: nothing is told, nothing is written. */
  kill(): Promise<void>;
  /** Resolves when it is ready. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const isReady = (dataDir: string, pid: number | undefined): boolean => {
  const file = path.join(dataDir, 'run/ready.json');
  return existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid === pid;
};

export function serverProcess({ dataDir, ports, env = {} }: ServerOptions): ServerProcess {
  let child: ChildProcess | undefined;
  const ended = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = new Promise((resolve) => child?.once('close', resolve));
    child.kill(signal);
    await closed;
  };
  return {
    url: `http://127.0.0.1:${ports.web}`,
    kill: () => ended('SIGKILL'),
    stop: () => ended('SIGTERM'),
    async start() {
      const own = spawn(process.execPath, [SERVER], {
        stdio: 'ignore',
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          TRUSTFLEET_DATA_DIR: dataDir,
          TRUSTFLEET_PORT: String(ports.web),
          TRUSTFLEET_AGENT_PORT: String(ports.agent),
          ...env,
        },
      });
      child = own;
      const limit = Date.now() + READY_MS;
      while (!isReady(dataDir, own.pid)) {
        if (own.exitCode !== null || Date.now() > limit) throw new Error('the server did not become ready');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

/** The link that makes the first administrator, which a server without one gives. */
export function setupUrl(dataDir: string): string {
  const ready = JSON.parse(readFileSync(path.join(dataDir, 'run/ready.json'), 'utf8')) as {
    setupUrl: string | null;
  };
  if (ready.setupUrl === null) throw new Error(`The server in ${dataDir} has an administrator already`);
  return ready.setupUrl;
}

/** The embedded PostgreSQL's postmaster (first line of its pid file, PostgreSQL manual "pg_ctl"). */
export function postmasterPid(dataDir: string): number {
  return Number(readFileSync(path.join(dataDir, 'pg/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
}
