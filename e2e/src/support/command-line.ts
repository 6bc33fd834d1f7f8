import { spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './running-fleet.ts';

const CLI = path.join(ROOT, 'apps/cli/dist/trustfleet.mjs');
const LIMIT_MS = 90_000;

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly error: string;
}

/** The `trustfleet` command of one person, with a configuration directory of their own. */
export function commandLine(configDir: string): (args: readonly string[], input?: string) => Promise<Ended> {
  return (args, input = '') =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [CLI, ...args], {
        env: { PATH: process.env['PATH'], TRUSTFLEET_CONFIG_DIR: configDir },
        timeout: LIMIT_MS,
      });
      let output = '';
      let error = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
      child.on('error', reject);
      child.on('close', (code) => {
        resolve({ code, output, error });
      });
      child.stdin.end(input);
    });
}
