import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a command line runs in. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly now: () => Date;
}

/** Where the session and the audit heads are kept (0700): TRUSTFLEET_CONFIG_DIR, else the XDG directory of this account. */
export function configDir(env: CliContext['env']): string {
  const own = env['TRUSTFLEET_CONFIG_DIR'];
  if (own !== undefined && own !== '') return own;
  const xdg = env['XDG_CONFIG_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.config'), 'trustfleet');
}

export function print(context: CliContext, lines: readonly string[]): void {
  context.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** As the API gave it, for other programs. */
export function printJson(context: CliContext, value: unknown): void {
  context.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
