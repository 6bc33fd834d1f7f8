import type { KnownFile } from './facts-index.ts';
import type { StepReason } from './step.ts';
import { isBefore, type VersionNumber } from '../version-number.ts';

/** Why a file gives no anchors to whoever names it as a file of anchors. */
export type FileProblem = Extract<
  StepReason,
  | 'fileMissing'
  | 'fileUnreadable'
  | 'fileEmpty'
  | 'fileDer'
  | 'fileUtf16'
  | 'fileWithoutCertificates'
  | 'fileBroken'
  | 'notAFile'
  | 'insideZip'
>;

type ReadState = Exclude<KnownFile['state'], 'read' | 'tooLarge'>;
const BY_STATE: Readonly<Record<ReadState, FileProblem>> = {
  missing: 'fileMissing',
  unreadable: 'fileUnreadable',
  notRegularFile: 'notAFile',
  empty: 'fileEmpty',
  der: 'fileDer',
  utf16: 'fileUtf16',
  noCertificates: 'fileWithoutCertificates',
};

/** Words of the host's readers for what the system refused; every other `unreadable` says why they did not look (a share, Windows). */
const REFUSED = /may not be read|permission denied/i;

/** Null where the whole file loads; `unknown` where nobody looked: a share that is left alone or does not answer, a file too large. */
export function problemOf(file: KnownFile): FileProblem | 'unknown' | null {
  if (isUnseen(file)) return 'unknown';
  if (file.form === 'directory')
    return file.state === 'read' ? 'notAFile' : BY_STATE[file.state as ReadState];
  if (file.state !== 'read') return BY_STATE[file.state as ReadState];
  if (file.opensslAccepts) return null;
  return file.anchors.length === 0 && file.problems.length === 0 ? 'fileWithoutCertificates' : 'fileBroken';
}

/** True where the state says only that nobody looked. */
export function isUnseen({ state, detail }: KnownFile): boolean {
  return state === 'tooLarge' || (state === 'unreadable' && detail !== null && !REFUSED.test(detail));
}

export interface Reader {
  readonly python: VersionNumber;
  readonly platform: 'linux' | 'windows' | 'macos';
}

/**
 * What `load_verify_locations(cafile=)` raises, without the line of `_ssl.c` (python-tls.md §3; measured on 2.7.18 and 3.6 – 3.13 with every
 * kind of file). Before 3.8 the library alone is named.
 */
export function pythonLoadError(problem: FileProblem, { python, platform }: Reader): string {
  const old = isBefore(python, [3]);
  const named = isBefore(python, [3, 8]) ? '[X509]' : '[X509: NO_CERTIFICATE_OR_CRL_FOUND]';
  const missing = `${old ? 'IOError' : 'FileNotFoundError'}: [Errno 2] No such file or directory`;
  const denied = `${old ? 'IOError' : 'PermissionError'}: [Errno 13] Permission denied`;
  const directory = `${old ? 'IOError' : 'IsADirectoryError'}: [Errno 21] Is a directory`;
  const empty = `ssl.SSLError: ${named} no certificate or crl found`;
  const errors: Readonly<Record<FileProblem, string>> = {
    fileMissing: missing,
    fileUnreadable: denied,
    // Windows opens no directory at all, and finds nothing below what is none.
    notAFile: platform === 'windows' ? denied : directory,
    insideZip:
      platform === 'windows'
        ? missing
        : `${old ? 'IOError' : 'NotADirectoryError'}: [Errno 20] Not a directory`,
    fileEmpty: empty,
    fileDer: empty,
    fileUtf16: empty,
    fileWithoutCertificates: empty,
    fileBroken: 'ssl.SSLError: [X509] PEM lib',
  };
  return errors[problem];
}

/** `file.zip!member`, as the sections write it. A studio's own folders may well be called `!shared`. */
export function isInsideZip(path: string): boolean {
  return /\.(?:zip|egg|whl|pyz)!/i.test(path);
}

/** True where it is the system that refuses (errno), not OpenSSL. */
export function isSystemError(problem: FileProblem): boolean {
  return ['fileMissing', 'fileUnreadable', 'notAFile', 'insideZip'].includes(problem);
}

/** The text of an error without the name of its class. */
export function withoutClass(error: string): string {
  return error.slice(error.indexOf(': ') + 2);
}
