import { hostPath, pythonSsl, shortText } from '@trustfleet/protocol';
import { z } from 'zod';
import type { Account } from '../ports.ts';
import type { Scan } from '../scan.ts';
import { BEGIN, END, FACTS_SCRIPT } from './facts-script.ts';

const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 256 * 1024;

/** A lone surrogate has no canonical JSON: one would lose the whole section. */
const wellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);
const text = shortText.refine(wellFormed);
const anyPath = hostPath.refine(wellFormed);
const path = anyPath.nullable();
const factsSchema = z.object({
  version: text.regex(/^\d+\.\d+/),
  implementation: text,
  prefix: anyPath,
  path: z.array(anyPath).max(500),
  openssl: text.nullable().optional(),
  sslError: text.optional(),
  verifyPaths: z.object({ cafile: path, capath: path, opensslCafile: path, opensslCapath: path }).optional(),
  ssl: z
    .object({ ...pythonSsl.shape, importError: text.nullable(), contextClass: text.nullable() })
    .optional(),
  /** `create_default_context()` raises: a store that it cannot load (python-tls.md §3). */
  contextError: text.optional(),
  /** Files of the TLS library that it has loaded. */
  libraries: z.array(anyPath).max(20).optional(),
});
export type RunFacts = z.infer<typeof factsSchema>;

/** What an interpreter says of itself, or one sentence why it said nothing usable. */
export type Answer = { readonly facts: RunFacts } | { readonly failure: string };

/**
 * -B writes no byte code, -E and -s leave the account's variables and user packages out: these are facts of the environment,
 * not of one session (and -I does not exist in 2.7). -c imports from the cwd, so it
 * is one that only root can write: / unless the caller has a better one.
 */
export async function ask(
  scan: Scan,
  request: { readonly path: string; readonly account: Account | null },
): Promise<Answer> {
  const result = await scan.ports.runProgram({
    argv: [request.path, '-E', '-s', '-B', '-c', FACTS_SCRIPT],
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    cwd: scan.options.workingDirectory ?? '/',
    timeoutMs: scan.options.interpreterTimeoutMs ?? TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    runAs: request.account ?? undefined,
  });
  const output = Buffer.from(result.stdout).toString('utf8');
  if (result.state !== 'exited') return { failure: result.reason ?? `it ended as ${result.state}` };
  return (
    parseAnswer(output) ?? {
      failure: result.reason ?? 'it printed no facts: it is no Python that can be asked',
    }
  );
}

/** Null when there are no sentinels. Text from a program that may be anyone's: nothing in it is trusted beyond its shape. */
export function parseAnswer(output: string): Answer | null {
  const start = output.lastIndexOf(`${BEGIN}\n`);
  const end = output.indexOf(`\n${END}`, start);
  if (start === -1 || end === -1) return null;
  let value: unknown;
  try {
    value = JSON.parse(output.slice(start + BEGIN.length + 1, end));
  } catch (error) {
    if (error instanceof SyntaxError) return { failure: 'its facts are not JSON' };
    throw error;
  }
  const parsed = factsSchema.safeParse(value);
  if (parsed.success) return { facts: parsed.data };
  const issue = parsed.error.issues[0];
  return {
    failure: `its facts do not have the expected shape (${issue?.path.join('.') ?? ''})`.slice(0, 512),
  };
}
