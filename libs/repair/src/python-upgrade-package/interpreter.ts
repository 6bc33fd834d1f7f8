import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Account } from '../code-trees/ports.ts';
import { StepFailedError } from '../remedy.ts';
import type { PythonPackageAccess } from './ports.ts';
import { IMPORT_SCRIPT, LOOK_SCRIPT } from './scripts.ts';

const LOOK_LIMIT_MS = 60_000;
const MAX_LOOK_BYTES = 256 * 1024;

/** An interpreter with the account whose code it executes. */
export interface Interpreter {
  readonly access: PythonPackageAccess;
  readonly python: string;
  readonly account: Account | null;
}

const looked = z.looseObject({
  sites: z.array(z.string()),
  pip: z.string().nullable(),
  external: z.string().nullable(),
  problem: z.string().optional(),
});
export type InterpreterLook = z.infer<typeof looked>;

const imported = z.looseObject({
  version: z.string().nullable(),
  file: z.string().nullable(),
  error: z.string().nullable(),
});
export type Imported = z.infer<typeof imported>;

export const lookAtInterpreter = async (
  interpreter: Interpreter,
  signal: AbortSignal,
): Promise<InterpreterLook> =>
  looked.parse(await ask(interpreter, { script: LOOK_SCRIPT, args: [], signal }));

/** What `import` gives in a new process. */
export const importIn = async (
  interpreter: Interpreter,
  { name, signal }: { name: string; signal: AbortSignal },
): Promise<Imported> =>
  imported.parse(await ask(interpreter, { script: IMPORT_SCRIPT, args: [name], signal }));

/** Start-up hooks may print what they like: the answer stands behind a mark of its own. */
async function ask(
  { access, python, account }: Interpreter,
  { script, args, signal }: { script: string; args: readonly string[]; signal: AbortSignal },
): Promise<unknown> {
  const mark = `<<<TRUSTFLEET-${randomUUID()}>>>`;
  const result = await access.run({
    argv: [python, '-B', '-s', '-c', script, mark, ...args],
    ...{ account, env: {}, network: false, signal },
    ...{ timeoutMs: LOOK_LIMIT_MS, maxOutputBytes: MAX_LOOK_BYTES },
  });
  const line = result.stdout.split('\n').find((one) => one.startsWith(mark));
  if (line === undefined)
    throw new StepFailedError(
      `${python} did not answer: ${result.reason ?? `it said ${JSON.stringify(result.stderr.trim().slice(-300))}`}`,
    );
  return JSON.parse(line.slice(mark.length));
}
