/** The server cannot start; `message` is one sentence for the operator: what happened, where, what to do next. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

/** Code of a system error such as EADDRINUSE; null for anything else. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Turns the failures that an operator can mend into one sentence; anything else stays what it is. */
export function directoryError(error: unknown, path: string): unknown {
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'this account may not write there',
    EPERM: 'this account may not write there',
    EROFS: 'the file system is read-only',
    ENOENT: 'nothing can be made there',
    ENOSPC: 'the disk is full',
    ENOTDIR: 'a part of the path is a file',
    EEXIST: 'there is a file of that name',
  };
  const reason = reasons[systemCode(error) ?? ''];
  return reason === undefined
    ? error
    : new StartupError(
        `The data directory ${path} cannot be used: ${reason}. Choose another with TRUSTFLEET_DATA_DIR or give this account the right to write.`,
        { cause: error },
      );
}
