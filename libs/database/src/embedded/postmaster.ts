import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open, stat, truncate } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgresError } from '../errors.ts';
import type { RunAs } from './account.ts';
import type { Layout } from './cluster.ts';
import { systemErrorCode } from './processes.ts';

/** Replaying the journal after a crash takes its time; past this something else is wrong. */
const READY_LIMIT_MS = 120_000;
const MAX_LOG_BYTES = 8 * 1024 * 1024;

export interface PostmasterOptions {
  readonly program: string;
  readonly account: RunAs;
  readonly layout: Layout;
  readonly port: number;
  readonly tcp: boolean;
  readonly fsync: 'on' | 'off';
  /** Connection string of a database that always exists. */
  readonly adminUrl: string;
}

export interface Postmaster {
  readonly pid: number;
  /** Settles when the process has ended, whatever the reason. */
  readonly ended: Promise<string>;
}

function settings(options: PostmasterOptions): string[] {
  const pairs = [
    `listen_addresses=${options.tcp ? '127.0.0.1' : ''}`,
    `port=${String(options.port)}`,
    `unix_socket_directories=${options.layout.socket}`,
    'unix_socket_permissions=0700',
    'timezone=UTC',
    'log_timezone=UTC',
    'log_checkpoints=off',
    'max_connections=100',
    ...(options.fsync === 'off' ? ['fsync=off', 'full_page_writes=off', 'shared_buffers=64MB'] : []),
  ];
  return pairs.flatMap((pair) => ['-c', pair]);
}

function launch(options: PostmasterOptions): ChildProcess {
  const log = openSync(options.layout.log, 'a', 0o600);
  try {
    // Detached: Ctrl-C goes to our whole process group, and the database has to outlive the server's own shutdown.
    // Its output goes to a file and not to us, so that it can still write when we were killed.
    return spawn(options.program, ['-D', options.layout.cluster, ...settings(options)], {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      env: { TZ: 'UTC', LC_ALL: 'C' },
      ...(options.account ?? {}),
    });
  } finally {
    closeSync(log);
  }
}

async function trimLog(path: string): Promise<number> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_LOG_BYTES) return size;
    await truncate(path, 0);
    return 0;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

/** What PostgreSQL said since `from`, at most the last 2000 bytes. */
async function logSince(path: string, from: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - 2000);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(2000), position: start });
    return buffer.subarray(0, bytesRead).toString('utf8').trim();
  } finally {
    await file.close();
  }
}

/** `starting`: not yet, ask again. Anything that PostgreSQL itself refuses is final. */
async function tryConnect(url: string): Promise<'ready' | 'starting'> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined); // a connection lost while being closed says nothing new
  try {
    await client.connect();
    return 'ready';
  } catch (error) {
    const code = systemErrorCode(error);
    // 57P03: cannot_connect_now (recovery). No code: the time-out above.
    if (code === null || ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', '57P03'].includes(code)) return 'starting';
    throw new EmbeddedPostgresError(
      `PostgreSQL runs but refuses us: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  } finally {
    await client.end();
  }
}

/** Starts PostgreSQL and waits until it takes connections. Fails with what its log says. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const logStart = await trimLog(options.layout.log);
  const child = launch(options);
  const end: { reason: string | null } = { reason: null };
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`);
    });
  });
  void ended.then((reason) => {
    end.reason = reason;
  });
  const limit = Date.now() + READY_LIMIT_MS;
  for (;;) {
    await sleep(30);
    if (end.reason !== null || child.pid === undefined) {
      throw new EmbeddedPostgresError(
        `PostgreSQL did not start (${end.reason ?? 'no process'}). Its log ${options.layout.log} says:\n${await logSince(options.layout.log, logStart)}`,
      );
    }
    if ((await tryConnect(options.adminUrl)) === 'ready') return { pid: child.pid, ended };
    if (Date.now() > limit) {
      child.kill('SIGINT');
      throw new EmbeddedPostgresError(
        `PostgreSQL did not take connections within ${READY_LIMIT_MS / 1000} s. See its log ${options.layout.log}.`,
      );
    }
  }
}
