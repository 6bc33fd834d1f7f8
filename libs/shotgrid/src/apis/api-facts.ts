import { parseBundleOnce, sha256Hex } from '@trustfleet/certificates';
import type { Derivation } from '../access/view.ts';
import { readApiVersion } from './read-api-version.ts';

/** Of the file that holds the true version. */
export interface CodeFacts {
  readonly version: string | null;
  readonly sha256: string;
}
export interface CaFacts {
  readonly sha256: string;
  readonly certificates: number;
}

/** The largest `shotgun.py` has 200 KB, the largest CA file 300 KB; httplib2 and certifi bring no other. */
export const MAX_CODE_BYTES = 4 * 1024 * 1024;
export const MAX_CA_BYTES = 8 * 1024 * 1024;

/** CA files that a copy may bring, below its package's directory (shotgrid.md §1.2). */
export const CA_FILES = [
  'lib/certifi/cacert.pem',
  'lib/httplib2/cacerts.txt',
  'lib/httplib2/python2/cacerts.txt',
  'lib/httplib2/python3/cacerts.txt',
] as const;

export function codeFacts(bytes: Uint8Array): CodeFacts {
  return { version: readApiVersion(Buffer.from(bytes).toString('utf8')), sha256: sha256Hex(bytes) };
}

export function caFacts(bytes: Uint8Array): CaFacts {
  const sha256 = sha256Hex(bytes);
  return { sha256, certificates: parseBundleOnce(bytes, sha256).certificates.length };
}

export const CODE: Derivation<CodeFacts> = { kind: 'code', maxBytes: MAX_CODE_BYTES, derive: codeFacts };
export const CA_FILE: Derivation<CaFacts> = { kind: 'ca', maxBytes: MAX_CA_BYTES, derive: caFacts };
