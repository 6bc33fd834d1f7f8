/** The system's error code ('ENOENT', 'ESRCH', …) or ''. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** One line for people. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** ' (EACCES)' → words that say what happened. */
export function fileProblem(error: unknown, path: string): string {
  const words: Record<string, string> = {
    ENOENT: 'does not exist',
    ENOTDIR: 'does not exist: a part of its path is not a directory',
    EACCES: 'may not be read by this account',
    EPERM: 'may not be read by this account',
    ELOOP: 'leads through too many symbolic links',
    EISDIR: 'is a directory',
  };
  const known = words[errorCode(error)];
  return known === undefined ? `${path}: ${errorText(error)}` : `${path} ${known}`;
}
