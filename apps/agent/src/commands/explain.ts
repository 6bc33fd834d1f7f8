import { open } from 'node:fs/promises';
import { CAUSE_WORDS, explain, type Explanation } from '@trustfleet/diagnosis';
import { CliError, messageOf, plain } from '@trustfleet/terminal';
import { inertJson } from '../report/inert-json.ts';

/** A traceback or a log's end; what is longer is read to here. */
const MAX_BYTES = 1024 * 1024;

export interface ExplainOptions {
  /** `-` for stdin. */
  readonly from: string;
  readonly json: boolean;
}

/** Says what an artist's traceback means. Resolves with the exit code: 0 something in it is known, 1 nothing is. */
export async function explainCommand(
  { from, json }: ExplainOptions,
  streams: { readonly stdin: () => NodeJS.ReadableStream; readonly stdout: NodeJS.WritableStream },
): Promise<0 | 1> {
  const text = from === '-' ? await readStream(streams.stdin()) : await readText(from);
  const found = explain(text);
  streams.stdout.write(json ? inertJson({ explanations: found }) : render(found));
  return found.length === 0 ? 1 : 0;
}

async function readStream(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes.subarray(0, MAX_BYTES - length));
    length += bytes.length;
    if (length >= MAX_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readText(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
      return buffer.subarray(0, bytesRead).toString('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new CliError(`--explain: ${messageOf(error)}. Name a file, or - for what comes by stdin.`, 2, {
      cause: error,
    });
  }
}

function render(found: readonly Explanation[]): string {
  if (found.length === 0)
    return 'Nothing in it is known. Give the whole traceback, and what the program said before it.\n';
  return `${found.map(lines).join('\n\n')}\n`;
}

function lines({ line, text, meaning, subject, causes, lookAt }: Explanation): string {
  return [
    `line ${line}: ${plain(text.trim())}`,
    `  ${plain(meaning)}`,
    ...(subject === null ? [] : [`  it names: ${plain(subject)}`]),
    ...causes.map(
      (cause, index) =>
        `  ${index === 0 ? 'most likely' : 'or'}: ${CAUSE_WORDS[cause].what}. ${CAUSE_WORDS[cause].fix}`,
    ),
    ...lookAt.map((sentence) => `  look at: ${plain(sentence)}`),
  ].join('\n');
}
