import type { TrustSource, TrustStep } from '@trustfleet/protocol';
import type { Step, StepReason } from '../trust-sources/step.ts';

/** The subject of a sentence for every kind of step. */
const SUBJECTS: Readonly<Record<TrustStep['kind'], (name: string | null) => string>> = {
  argument: (name) => `The argument ${name ?? 'for a CA file'}`,
  variable: (name) => name ?? 'A variable',
  module: (name) => `The module ${name ?? ''}`.trim(),
  package: (name) => `The package ${name ?? ''}`.trim(),
  bundle: (name) => `The bundle${name === null ? '' : ` of ${name}`}`,
  pythonDefault: (name) => DEFAULTS[name ?? ''] ?? "Python's default store",
  osStore: () => "The operating system's trust store",
  configuration: (name) => `The option ${name ?? ''}`.trim(),
  injection: (name) => `The start-up hook${name === null ? '' : ` ${name}`}`,
};
const DEFAULTS: Readonly<Record<string, string>> = {
  cafile: "Python's default file",
  capath: "Python's default directory",
  ssl: 'The module ssl',
};

const OUTCOMES: Readonly<Record<TrustStep['outcome'], string>> = {
  notSet: 'is not set',
  empty: 'is set but empty',
  ignored: 'is ignored',
  overridden: 'is not asked, since an earlier one decides',
  failed: 'gives nothing',
  used: 'is used',
  added: 'is added',
};

const REASONS: Readonly<Record<StepReason, string>> = {
  fileMissing: 'there is no such file',
  fileUnreadable: 'the file may not be read',
  fileEmpty: 'the file is empty',
  fileDer: 'the file is DER, and PEM is expected',
  fileUtf16: 'the file is UTF-16, and plain text is expected',
  fileWithoutCertificates: 'it holds no certificate',
  fileBroken: 'one block in the file is broken, which makes the whole file unusable',
  notAFile: 'it is no regular file',
  notADirectory: 'it is no directory',
  insideZip: 'it lies inside a zip, where OpenSSL can read nothing',
  factsMissing: 'the facts of this host do not say what it holds',
  moduleDecides: 'it is code that names a file when it runs',
  builtInRootsUnknown: 'the roots that it brings depend on a version that is not known',
  emptyIsUnset: 'an empty value counts as not set',
  emptyIsDefaultStore: "an empty value means Python's default store here",
  emptyLoadsNothing: 'an empty value is taken as a path, and nothing is loaded',
  emptyNamesNoFile: 'an empty value names no file, and a file is asked for',
  emptyFallsToHttplib2: 'an empty value leaves the choice to httplib2',
  emptySwitchesOff: 'an empty value switches verification off in this version',
  emptyIsRefused: 'an empty value is refused',
  ignoredByVersion: 'this version does not look at it here',
  ignoredByCore: 'this version of the Toolkit core gives its own bundle instead',
  ignoredByClient: 'this client never looks at it',
  ignoredByPlatform: 'builds for this operating system do not look at it',
  ignoredByBuild: 'this Python is built with a library that does not look at it',
  ignoredByHook: 'a start-up hook puts the default store in its place',
  failsImport: 'it names no file, which makes the import itself fail',
  withoutSha2:
    'this version switches verification off where OpenSSL knows no SHA-2, unless SHOTGUN_FORCE_CERTIFICATE_VALIDATION is set',
  browserLoginToo: 'before v0.22.1 the sign-in by the browser verifies by the same store',
  sticksToOrigin:
    'it counts for that code, and in this version of requests for every later call of the same session to the same server',
  thatCodeAlone: 'it counts for the calls of that code alone',
  replacesBundle: 'it replaces the bundle and adds nothing to it',
  replacesDefaultFile: 'it replaces the default file, while the default directory stays',
  replacesDefaultDirectory: 'it replaces the default directory, while the default file stays',
  addsToOsStore: "it adds to the operating system's trust store",
  addsToBundle: 'it adds to what is there',
  ownBundle: 'nothing else is set',
  compiledIn: 'its path is compiled in',
  defaultDirectory: 'its path is compiled in',
  switchesOff: 'it switches verification off',
  neverVerified: 'this version verifies nothing of itself',
  noSslModule: 'import ssl fails',
  notImportable: 'this Python cannot import it',
  withoutFileForPython: 'the core brings no copy for this version of Python',
  truststore: "truststore adds the operating system's trust store to whatever is loaded",
  pipSystemCerts: "pip-system-certs puts Python's default store in the place of every file",
  certifiWin32: 'python-certifi-win32 puts a file of its own in the place of certifi',
  pipTruststore: "this version of pip adds the operating system's trust store",
};

/** One plain English sentence: what was asked, what came of it, why. Names and paths in it are what the host said: hostile text. */
export function stepWords(step: TrustStep | Step): string {
  const subject = SUBJECTS[step.kind](step.name);
  const value = step.value === null || step.value === '' ? '' : ` (${step.value})`;
  const from = step.definedIn === null || step.outcome === 'notSet' ? '' : `, set in ${step.definedIn},`;
  const why = reasonWords(step.reason);
  return `${subject}${value}${from} ${OUTCOMES[step.outcome]}${why === null ? '' : `: ${why}`}.`;
}

/** Null for no reason, and for one that a newer release knows. */
export function reasonWords(reason: string | null): string | null {
  return reason === null || !Object.hasOwn(REASONS, reason) ? null : REASONS[reason as StepReason];
}

const STATES: Readonly<
  Record<TrustSource['state'], (source: Pick<TrustSource, 'anchors' | 'error'>) => string>
> = {
  anchors: ({ anchors }) =>
    anchors === 0
      ? 'It has no anchor, so that nothing verifies'
      : `It trusts ${anchors ?? 0} anchor${anchors === 1 ? '' : 's'}`,
  cannotLoad: ({ error }) => `It cannot load its anchors${said(error)}`,
  verificationOff: () => 'It verifies nothing',
  noSsl: ({ error }) => `Its Python has no ssl module${said(error)}`,
  notImportable: ({ error }) => `It cannot be imported${said(error)}`,
  unknown: ({ error }) => `Nothing can be said of it${said(error)}`,
};

function said(error: string | null): string {
  return error === null ? '' : `: ${error}`;
}

/** One sentence for what a source comes to. */
export function stateWords(source: Pick<TrustSource, 'state' | 'anchors' | 'error'>): string {
  return `${STATES[source.state](source)}.`;
}
