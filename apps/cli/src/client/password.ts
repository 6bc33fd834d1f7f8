import { createInterface } from 'node:readline';
import { CliError } from '@trustfleet/terminal';
import type { CliContext } from '../context.ts';

const MAX_CHARS = 1024;
/** Ctrl-C, Ctrl-D, backspace, delete as a terminal in raw mode sends them. */
const KEYS = { interrupt: '\u0003', end: '\u0004', backspace: '\b', delete: '\u007f' } as const;

function editPassword(typed: string, key: string): string {
  if (key === KEYS.backspace || key === KEYS.delete) return typed.slice(0, -1);
  return key < ' ' ? typed : (typed + key).slice(0, MAX_CHARS);
}

/** Asks at the terminal without showing what is typed. */
function askHidden({ stdin, stderr }: CliContext): Promise<string> {
  return new Promise((resolve, reject) => {
    stderr.write('Password: ');
    let typed = '';
    const done = (settle: () => void): void => {
      stdin.setRawMode(false);
      stdin.pause();
      stdin.off('data', onData);
      stderr.write('\n');
      settle();
    };
    const onData = (data: Buffer): void => {
      for (const key of data.toString('utf8')) {
        if (key === '\r' || key === '\n') {
          done(() => {
            resolve(typed);
          });
          return;
        }
        if (key === KEYS.interrupt || key === KEYS.end) {
          done(() => {
            reject(new CliError('Cancelled.'));
          });
          return;
        }
        typed = editPassword(typed, key);
      }
    };
    stdin.setRawMode(true);
    stdin.resume();
    stdin.on('data', onData);
  });
}

/** The first line of what is piped in. */
async function firstLine(stdin: NodeJS.ReadStream): Promise<string> {
  for await (const line of createInterface({ input: stdin, crlfDelay: Infinity })) return line;
  return '';
}

/** From the terminal, or, when something is piped in, its first line. Never from the arguments: other accounts see those (proc(5)). */
export async function readPassword(context: CliContext): Promise<string> {
  const password = context.stdin.isTTY ? await askHidden(context) : await firstLine(context.stdin);
  if (password === '') throw new CliError('No password was given: type it, or pipe it in.', 2);
  return password;
}

/** A line from the terminal; null where there is none to ask at. */
export async function ask(context: CliContext, question: string): Promise<string | null> {
  if (!context.stdin.isTTY) return null;
  context.stderr.write(question);
  return await firstLine(context.stdin);
}
