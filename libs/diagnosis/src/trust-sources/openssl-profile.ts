import type { OpenSslProfile } from '@trustfleet/certificates';
import type { PythonEnvironment, PythonSsl } from '@trustfleet/protocol';
import { isAtLeast, versionNumber, type VersionNumber } from '../version-number.ts';

/** For what is no Python, or a Python that was not run: OpenSSL 3.0 as it is delivered. */
const DELIVERED: OpenSslProfile = {
  version: [3, 0, 0],
  libressl: false,
  partialChain: false,
  strict: false,
  securityLevel: 1,
};

/** curl asks for partial chains since 7.68, as its users see on every platform. */
export const CURL_PROFILE: OpenSslProfile = { ...DELIVERED, partialChain: true };
export const PLAIN_PROFILE: OpenSslProfile = DELIVERED;

/**
 * How a Python's OpenSSL judges. `byDefault`: the context is made by `create_default_context`, which from 3.13 on enforces RFC 5280 and takes
 * partial chains; a bare SSLContext does neither (python-tls.md §3).
 */
export function pythonProfile(python: PythonEnvironment | null, byDefault: boolean): OpenSslProfile {
  const version = versionNumber(python?.version ?? null);
  const judging = { ...byVersion(version), ...byBuild(python), ...told(python?.ssl ?? null) };
  const { strict, partialChain, securityLevel } = judging;
  return {
    version: openSslVersion(python, version),
    libressl: isLibreSsl(python),
    partialChain: byDefault && partialChain,
    strict: byDefault && strict,
    securityLevel,
  };
}

type Judging = Pick<OpenSslProfile, 'strict' | 'partialChain' | 'securityLevel'>;

/** What a Python of that version is like that was not asked; its own default ciphers ask for level 2 from 3.10 on. */
function byVersion(version: VersionNumber): Judging {
  const strict = isAtLeast(version, [3, 13]);
  return { strict, partialChain: strict, securityLevel: isAtLeast(version, [3, 10]) ? 2 : 1 };
}

/** OPENSSLDIR of Debian and its kin, of Red Hat and its kin, of SUSE and Arch. */
const DISTRIBUTIONS = /^\/(?:usr\/lib\/ssl|etc\/pki\/tls|etc\/ssl)\//;

/** Distributions build OpenSSL with level 2, as it is delivered from 3.2 on; a Python before 3.10 does not say which it has. */
function byBuild(python: PythonEnvironment | null): Partial<Judging> {
  const openssl = openSslVersion(python, []);
  const theirs =
    DISTRIBUTIONS.test(python?.verifyPaths?.opensslCafile ?? '') && isAtLeast(openssl, [1, 1, 1]);
  return theirs || isAtLeast(openssl, [3, 2]) ? { securityLevel: 2 } : {};
}

function told(ssl: PythonSsl | null): Partial<Judging> {
  if (ssl === null || ssl.importError !== null) return {};
  const { strict, partialChain, securityLevel } = ssl;
  return { strict, partialChain, ...(securityLevel === null ? {} : { securityLevel }) };
}

function openSslVersion(
  python: PythonEnvironment | null,
  version: VersionNumber,
): readonly [number, number, number] {
  const [major, minor = 0, fix = 0] = python?.ssl?.versionInfo ?? inText(python?.openssl ?? '');
  if (major !== undefined) return [major, minor, fix];
  // Not asked: the oldest that this Python builds with (PEP 644 for 3.10); of older Pythons the newest, beside {@link profileAtOldest}.
  return isAtLeast(version, [3, 10]) ? [1, 1, 1] : DELIVERED.version;
}

/**
 * The oldest OpenSSL that a Python before 3.10 is found with, where nobody asked it: builds of 2.7 – 3.6 in products have 1.0.2, which follows
 * a chain to an expired root though there is another way (failures.md §7.3). Null where its OpenSSL is known, or no Python's.
 */
export function profileAtOldest(
  python: PythonEnvironment | null,
  newest: OpenSslProfile,
): OpenSslProfile | null {
  if (python === null || isLibreSsl(python)) return null;
  const known = python.ssl?.versionInfo ?? inText(python.openssl ?? '');
  if (known.length > 0 || isAtLeast(versionNumber(python.version), [3, 10])) return null;
  return { ...newest, version: [1, 0, 2] };
}

export function isLibreSsl(python: PythonEnvironment | null): boolean {
  return python?.ssl?.libressl ?? /libressl/i.test(python?.openssl ?? '');
}

/** "OpenSSL 3.0.19 27 Jan 2026" */
function inText(text: string): VersionNumber {
  return versionNumber(/\d+\.\d+\.\d+/.exec(text)?.[0] ?? null);
}
