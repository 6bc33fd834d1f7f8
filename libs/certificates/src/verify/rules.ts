import { X509_ERRORS } from './codes.ts';
import type { OpenSslProfile } from './types.ts';

/** In what versions of OpenSSL judge differently. The last letter of a version is not known: the newest of each line is meant. */
export interface VerifyRules {
  /** 1.0.2 exhausts what was presented before it looks into the store, then tries shorter paths (failures.md §7.3). */
  readonly presentedFirst: boolean;
  /** From 1.1.0 on one that is valid now is preferred to an expired one of the same name. */
  readonly prefersValid: boolean;
  /** From 3.0 on the one that expired last is taken where none is valid; before that the last that was looked at. */
  readonly latestExpired: boolean;
  /** 1.0.2 looks for an issuer that may sign; later ones take any and object to it (code 32). */
  readonly issuerMustSign: boolean;
  /** 1.1 takes a path length above 0 of what is no authority for damage, and such a certificate for nobody's issuer and nobody's subject. */
  readonly pathLengthNeedsAuthority: boolean;
  /** 1.0.2 leaves the extensions of what comes from the store alone. */
  readonly checksAnchors: boolean;
  /** 3.0's long list of what RFC 5280 asks for. */
  readonly strictList: boolean;
  /** Curves given by their parameters: refused from 3.0 on, in 1.1.1 by the strict. */
  readonly explicitCurves: 'refused' | 'strict' | 'allowed';
  /** 1.0.2 looks at name constraints before the host name and the signatures, and knows none of addresses, nor any of the CN. */
  readonly oldConstraints: boolean;
  readonly securityLevels: boolean;
  /** Ed25519 and Ed448 came with 1.1.1. */
  readonly edwardsKeys: boolean;
  /** SHA-1 counts 63 bits from 3.0 on, MD5 39. */
  readonly sha1Bits: number;
  readonly md5Bits: number;
  readonly invalidCa: number;
}

/** LibreSSL before 3.2 judges as OpenSSL 1.0.2 does; its own verifier since then finds whichever path is good. */
export function rulesOf({ version, libressl }: OpenSslProfile): VerifyRules {
  if (libressl) return isBefore(version, 3, 2) ? V1_0_2 : V1_1;
  if (isBefore(version, 1, 1)) return V1_0_2;
  if (version[0] >= 3) return V3;
  return version[2] === 0 ? { ...V1_1, edwardsKeys: false } : V1_1;
}

function isBefore([major, minor]: OpenSslProfile['version'], thanMajor: number, thanMinor: number): boolean {
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}

const V3: VerifyRules = {
  presentedFirst: false,
  prefersValid: true,
  latestExpired: true,
  issuerMustSign: false,
  pathLengthNeedsAuthority: false,
  checksAnchors: true,
  strictList: true,
  explicitCurves: 'refused',
  oldConstraints: false,
  securityLevels: true,
  edwardsKeys: true,
  sha1Bits: 63,
  md5Bits: 39,
  invalidCa: X509_ERRORS.invalidCa,
};

const V1_1: VerifyRules = {
  ...V3,
  latestExpired: false,
  pathLengthNeedsAuthority: true,
  strictList: false,
  explicitCurves: 'strict',
  sha1Bits: 80,
  md5Bits: 64,
  invalidCa: X509_ERRORS.invalidCaBefore3,
};

const V1_0_2: VerifyRules = {
  ...V1_1,
  presentedFirst: true,
  prefersValid: false,
  issuerMustSign: true,
  checksAnchors: false,
  explicitCurves: 'allowed',
  oldConstraints: true,
  securityLevels: false,
  edwardsKeys: false,
};
