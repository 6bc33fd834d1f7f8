/** The system's error code ('ENOENT', 'ESRCH', …) or ''. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** What a file system says of a path: nothing there, or not for this account. */
const NOT_SEEN = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'EINVAL'];
/** What it says when it is its disk, its server or the program behind it that cannot answer, or somebody keeps it for himself. */
const OUT_OF_REACH = [
  ...['EIO', 'EREMOTEIO', 'ENXIO', 'ENODEV', 'ESTALE', 'ENOTCONN', 'ETIMEDOUT', 'EHOSTDOWN', 'EHOSTUNREACH'],
  ...[
    'ENETDOWN',
    'ENETUNREACH',
    'ECONNREFUSED',
    'ECONNRESET',
    'ECONNABORTED',
    'EPROTO',
    'EOVERFLOW',
    'EBUSY',
  ],
];
const OF_PATHS: ReadonlySet<string> = new Set([...NOT_SEEN, ...OUT_OF_REACH]);
/** libuv's words for numbers that it has no name for (EUCLEAN of a damaged disk, EKEYEXPIRED of a server): those of this process it has. */
const NAMELESS = /^(UNKNOWN$|Unknown system error )/;

/**
 * True where the file system has answered of the path that it cannot be looked at. False for what says nothing of it: this process or
 * machine has run out of something (EMFILE, ENFILE, ENOMEM), or the failure is none of the system's.
 */
export function isAboutPath(error: unknown): boolean {
  const code = errorCode(error);
  return OF_PATHS.has(code) || NAMELESS.test(code);
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
