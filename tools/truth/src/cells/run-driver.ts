import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ClientName } from '@trustfleet/protocol';

const run = promisify(execFile);
const DRIVER = fileURLToPath(new URL('../driver/driver.py', import.meta.url));
/** One process visits every server with every client. */
const LIMIT_MS = 10 * 60_000;

/** One client as it is called: plainly, or with what code says. */
export interface Call {
  readonly id: string;
  readonly client: ClientName;
  readonly how?: 'plain' | 'call' | 'session' | 'noEnvironment';
  readonly argument?: string | boolean;
  readonly options?: readonly string[];
}

export interface Job {
  readonly clients: readonly Call[];
  readonly servers: readonly { readonly id: string; readonly host: string; readonly port: number }[];
}

/** What really happened. */
export interface Row {
  /** Of the {@link Call}. */
  readonly id: string;
  readonly server: string;
  readonly result: 'connected' | 'failed' | 'notImported';
  readonly code: number | null;
  readonly error: string | null;
  readonly log: string;
}

/** Runs the driver once: one interpreter, one set of variables. */
export async function runDriver(
  python: string,
  job: Job,
  where: { readonly scratch: string; readonly environment: Readonly<Record<string, string>> },
): Promise<readonly Row[]> {
  const directory = await mkdtemp(join(where.scratch, 'job-'));
  try {
    const [asked, answered] = [join(directory, 'job.json'), join(directory, 'rows.json')];
    await writeFile(asked, JSON.stringify(job));
    await run(python, [DRIVER, asked, answered], {
      env: {
        PATH: '/usr/bin:/bin',
        LANG: 'C.UTF-8',
        HOME: directory,
        TMPDIR: directory,
        ...where.environment,
      },
      cwd: directory,
      timeout: LIMIT_MS,
      maxBuffer: 16 << 20,
    });
    return JSON.parse(await readFile(answered, 'utf8')) as Row[];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
