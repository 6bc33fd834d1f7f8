import type { TrustStep } from '@trustfleet/protocol';

/** Why a step ended as it did. Words for people: src/words. */
export const STEP_REASONS = [
  // What the file it names is like (python-tls.md §3).
  'fileMissing',
  'fileUnreadable',
  'fileEmpty',
  'fileDer',
  'fileUtf16',
  'fileWithoutCertificates',
  'fileBroken',
  'notAFile',
  'notADirectory',
  'insideZip',
  // What the facts do not say.
  'factsMissing',
  'moduleDecides',
  'builtInRootsUnknown',
  // Set, and yet.
  'emptyIsUnset',
  'emptyIsDefaultStore',
  'emptyLoadsNothing',
  'emptyNamesNoFile',
  'emptyFallsToHttplib2',
  'emptySwitchesOff',
  'emptyIsRefused',
  'ignoredByVersion',
  'ignoredByCore',
  'ignoredByClient',
  'ignoredByPlatform',
  'ignoredByBuild',
  'ignoredByHook',
  'failsImport',
  // Said in code, for its own calls.
  'thatCodeAlone',
  'sticksToOrigin',
  'browserLoginToo',
  // What it does to the others.
  'replacesBundle',
  'replacesDefaultFile',
  'replacesDefaultDirectory',
  'addsToOsStore',
  'addsToBundle',
  // Defaults.
  'ownBundle',
  'compiledIn',
  'defaultDirectory',
  // Verification itself.
  'switchesOff',
  'neverVerified',
  'withoutSha2',
  'noSslModule',
  'notImportable',
  'withoutFileForPython',
  // Hooks.
  'truststore',
  'pipSystemCerts',
  'certifiWin32',
  'pipTruststore',
] as const;
export type StepReason = (typeof STEP_REASONS)[number];

export interface Step extends TrustStep {
  readonly reason: StepReason | null;
}

/** What stands in a step before it is known how it ends. */
export type Place = Pick<Step, 'kind' | 'name' | 'value' | 'definedIn'>;

export function place(kind: Step['kind'], more: Partial<Omit<Place, 'kind'>> = {}): Place {
  return { kind, name: more.name ?? null, value: more.value ?? null, definedIn: more.definedIn ?? null };
}

export function step(at: Place, outcome: Step['outcome'], reason: StepReason | null = null): Step {
  return { ...at, outcome, reason };
}
