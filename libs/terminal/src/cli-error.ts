/** 1: it failed; 2: the arguments are wrong; 3: nobody is signed in. */
export type ExitCode = 1 | 2 | 3;

/** Ends a command with a sentence for the person who ran it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** `code` of a system error, else ''. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** The message of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Says on `stderr` why `program` ends, and answers its exit code. What is no {@link CliError} is a fault of ours: its stack is shown. */
export function reportFailure(
  program: string,
  error: unknown,
  stderr: { write(text: string): unknown },
): ExitCode {
  if (error instanceof CliError) {
    stderr.write(`${program}: ${error.message}\n`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  stderr.write(`${program}: unexpected failure: ${messageOf(error)}\n${stack}\n`);
  return 1;
}
