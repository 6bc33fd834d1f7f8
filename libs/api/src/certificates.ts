import { z } from 'zod';
import { instant, sha256Hex } from './primitives.ts';

/** One certificate, stored once per fleet. Subject and issuer are hostile text: render, never interpret. */
export const certificateView = z.object({
  sha256: sha256Hex,
  /** Windows "thumbprint": SHA-1 of the DER, upper case. */
  sha1: z.string(),
  subject: z.string(),
  issuer: z.string(),
  commonName: z.string().nullable(),
  notBefore: instant,
  notAfter: instant,
  keyType: z.string(),
  keyBits: z.int().nullable(),
  signatureAlgorithm: z.string(),
  isAuthority: z.boolean(),
  selfSigned: z.boolean(),
  pem: z.string(),
});
export type CertificateView = z.infer<typeof certificateView>;

const releaseMark = z.object({
  /** Of certifi, e.g. `2024.07.04`. */
  version: z.string(),
  /** `YYYY-MM-DD`. */
  date: z.string(),
});

/** What is known of an anchor (libs/certificates `AnchorClass`): by its fingerprint or key; its own words are a claim. */
export const anchorClassView = z.object({
  kind: z.enum([
    'knownBad',
    'publicCurrent',
    'approved',
    'publicRemoved',
    'knownBenign',
    'interception',
    'operatingSystemVendor',
    'unknown',
  ]),
  evidence: z.enum(['fingerprint', 'key', 'policy', 'origin', 'shape', 'name', 'none']),
  name: z.string().nullable(),
  /** Maker of a product that opens TLS, which the certificate itself names. Hostile text. */
  saysItIs: z.string().nullable(),
  entered: releaseMark.nullable(),
  left: releaseMark.nullable(),
  note: z.string().nullable(),
});
export type AnchorClassView = z.infer<typeof anchorClassView>;

export const inspectRequest = z.object({
  pem: z
    .string()
    .min(1)
    .max(256 * 1024),
});
/** Why a certificate may not become an anchor: each a key of the dashboard's catalogue. */
export const anchorRefusal = z.enum([
  'notPem',
  'malformed',
  'moreThanOne',
  'notAuthority',
  'expired',
  'notYetValid',
  'weakKey',
  'weakSignature',
  'privateKey',
  'tooLarge',
]);
export type AnchorRefusal = z.infer<typeof anchorRefusal>;
export const inspectResponse = z.object({
  certificate: certificateView.nullable(),
  refusals: z.array(z.object({ code: anchorRefusal, message: z.string(), line: z.int().nullable() })),
});
export type InspectResponse = z.infer<typeof inspectResponse>;

/** `hosts`: how many hosts hold it in the operating system's store. */
export const certificateDetail = certificateView.extend({ hosts: z.int() });
