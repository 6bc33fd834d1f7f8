import type { TrustSource, TrustStep, VerdictCause } from '@trustfleet/protocol';
import { type CauseFound, decidingStep, type FindCause, type Inquest, stepEvidence } from './inquest.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { indexOf, wayTo } from '../trust-sources/facts-index.ts';

/** A file that does not load, by what is wrong with it (python-tls.md §3). */
const BY_REASON: Readonly<Record<string, VerdictCause>> = {
  fileMissing: 'variableFileMissing',
  emptyNamesNoFile: 'variableEmpty',
  emptyLoadsNothing: 'variableEmpty',
  emptyIsRefused: 'variableEmpty',
  fileUnreadable: 'variableFileUnreadable',
  insideZip: 'variableFileUnreadable',
  notAFile: 'variableFileNotPem',
  notADirectory: 'variableFileMissing',
  fileEmpty: 'variableFileEmpty',
  fileDer: 'variableFileNotPem',
  fileUtf16: 'variableFileNotPem',
  fileWithoutCertificates: 'variableFileNotPem',
  fileBroken: 'variableFileNotPem',
  failsImport: 'variableFileMissing',
};

/** §7.6, steps 4 and 5: what happens before any certificate is looked at. */
export const loadingCause: FindCause = (inquest) => {
  const { source } = inquest.resolved;
  const { state, error } = source;
  if (state === 'anchors') return null;
  const told = { ...stepEvidence(decidingStep(inquest)), ...(error === null ? {} : { error }) };
  if (state === 'unknown')
    return { cause: withoutAnswer(error) ? 'shareDoesNotAnswer' : 'unknown', evidence: told };
  if (state === 'verificationOff')
    return { cause: 'verificationOff', evidence: { ...told, ...offBy(source) } };
  if (state === 'noSsl') return { cause: 'noSslModule', evidence: told };
  // A variable may keep a library from being imported at all (shotgrid.md §1.4, HTTPLIB2_CA_CERTS).
  const file = unloadable(inquest, source.steps.find(failedToLoad) ?? null);
  return file ?? { cause: state === 'notImportable' ? 'apiNotImportable' : 'unknown', evidence: told };
};

function withoutAnswer(error: string | null): boolean {
  return error !== null && NO_ANSWER.test(error);
}

/** Words of the host's readers for a share that was given up (libs/host). */
const NO_ANSWER = /does not answer/;

/** What somebody named and is not to be had; Python's own default places are nobody's setting. */
export function failedToLoad({ kind, outcome, reason }: TrustStep): boolean {
  if (kind === 'pythonDefault') return false;
  return (outcome === 'failed' || outcome === 'empty') && reason !== null && reason in BY_REASON;
}

/** What the file at a step suffers from. Null where nothing is known against it. */
export function unloadable({ facts }: Inquest, step: TrustStep | null): CauseFound | null {
  const cause = step?.reason == null ? undefined : BY_REASON[step.reason];
  if (step === null || cause === undefined) return null;
  const detail = detailOf(facts, step);
  const evidence = { ...stepEvidence(step), ...(detail === null ? {} : { detail }) };
  if (withoutAnswer(detail)) return { cause: 'shareDoesNotAnswer', evidence };
  return { cause, evidence };
}

/** What the host's readers say of the file, to which often a link leads. */
function detailOf(facts: DiagnosisFacts, { kind, name, value, definedIn }: TrustStep): string | null {
  if (value === null) return null;
  const ledBy = kind === 'variable' ? wayTo(kind, name ?? '', definedIn ?? '') : null;
  return indexOf(facts).file(value, ledBy)?.detail ?? null;
}

const OFF = ['switchesOff', 'neverVerified', 'withoutSha2'];

/** Who switched it off: the step says which variable, option or version. */
function offBy({ steps }: TrustSource): CauseFound['evidence'] {
  const off = steps.find(({ reason }) => OFF.includes(reason ?? ''));
  return off === undefined ? {} : stepEvidence(off);
}
