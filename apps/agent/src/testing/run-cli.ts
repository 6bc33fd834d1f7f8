import { PassThrough } from 'node:stream';
import { runCli } from '../cli.ts';

export interface CliEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command line in this process, with nothing of this machine's environment. */
export async function cli(...args: readonly string[]): Promise<CliEnd> {
  const [stdout, stderr] = [collector(), collector()];
  const code = await runCli(args, {
    env: {},
    stdin: () => {
      throw new Error('This command reads no input.');
    },
    stdout: stdout.stream,
    stderr: stderr.stream,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(): { readonly stream: PassThrough; text(): string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
