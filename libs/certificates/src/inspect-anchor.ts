import { describeCertificate } from './describe-certificate.ts';
import { fileKind } from './pem/file-kind.ts';
import { type PemBlock, pemBlocks } from './pem/pem-blocks.ts';
import { CERTIFICATE_LABELS, readCertificateBlock } from './pem/read-block.ts';
import { CertificateParseError } from './certificate-parse-error.ts';
import type { AnchorInspection, AnchorRefusalReason, CertificateFacts } from './types.ts';
import { signatureStrength } from './x509/signature-algorithm.ts';

/** Largest text that is looked at; libs/api `inspectRequest` has the same bound. */
export const MAX_ANCHOR_BYTES = 256 * 1024;

/**
 * May this pasted or uploaded text become an anchor? Never throws; the text is never repeated in a message, so that a private key in it
 * goes no further. The certificate is described also where it is refused.
 *
 * Signatures: MD2, MD4 and MD5 are refused always (RFC 6151). SHA-1 is refused only where the certificate is not self-signed: nothing
 * relies on a root's signature over itself (OpenSSL checks it only with X509_V_FLAG_CHECK_SS_SIGNATURE, and its security level passes it
 * over too), and roots that the vendors list are signed so, Starfield Class 2 among them (trust-stores.md §10).
 */
export function inspectAnchor(text: string | Uint8Array, now: Date): AnchorInspection {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  if (bytes.length > MAX_ANCHOR_BYTES) {
    return refused(
      'tooLarge',
      `This is ${bytes.length} bytes; one certificate has less than ${MAX_ANCHOR_BYTES}. Give the one CA certificate alone.`,
    );
  }
  const kind = fileKind(bytes);
  if (kind !== 'text') return refused('notPem', NOT_TEXT[kind]);
  return inspectText(Buffer.from(bytes).toString('latin1'), now);
}

const NOT_TEXT = {
  empty:
    'There is nothing in it. Give the CA certificate as PEM text, from BEGIN CERTIFICATE to END CERTIFICATE.',
  der: 'This is a binary file (DER or PKCS). Convert it to PEM: openssl x509 -inform der -in FILE',
  utf16: 'This text is UTF-16, which programs on Linux do not read. Save it as UTF-8 or ASCII.',
} as const;

interface PlacedCertificate {
  readonly facts: CertificateFacts;
  readonly line: number;
}

function inspectText(text: string, now: Date): AnchorInspection {
  const { found, refusals } = readCandidates(text);
  const [first, second] = found;
  if (first === undefined && refusals.length === 0) return refused('notPem', NO_BLOCK);
  const all = [
    ...refusals,
    ...(second === undefined ? [] : [moreThanOne(found.length, second.line)]),
    ...(first === undefined ? [] : objections(first, now)),
  ];
  return { certificate: first?.facts ?? null, refusals: all.slice(0, MAX_REFUSALS) };
}

/** A page of sentences is enough. */
const MAX_REFUSALS = 20;
const NO_BLOCK =
  'There is no certificate in it: no line says BEGIN CERTIFICATE. Give the CA certificate as PEM text.';

interface Candidates {
  /** Different certificates in the text's order. */
  readonly found: PlacedCertificate[];
  readonly refusals: AnchorRefusalReason[];
}

function readCandidates(text: string): Candidates {
  const found = new Map<string, PlacedCertificate>();
  const refusals: AnchorRefusalReason[] = [];
  for (const block of pemBlocks(text)) {
    if (block.label.includes('PRIVATE KEY')) refusals.push(privateKey(block.line));
    if (block.label !== '' && !CERTIFICATE_LABELS.has(block.label)) continue;
    const candidate = describeBlock(block);
    if ('code' in candidate) refusals.push(candidate);
    else if (!found.has(candidate.facts.sha256)) found.set(candidate.facts.sha256, candidate);
  }
  return { found: [...found.values()], refusals };
}

function describeBlock(block: PemBlock): PlacedCertificate | AnchorRefusalReason {
  const { der, problem } = readCertificateBlock(block);
  if (der === null) return malformed(problem.line, problem.reason);
  try {
    return { facts: describeCertificate(der), line: block.line };
  } catch (error) {
    if (!(error instanceof CertificateParseError)) throw error;
    return malformed(block.line, error.message);
  }
}

function refused(code: AnchorRefusalReason['code'], message: string): AnchorInspection {
  return { certificate: null, refusals: [{ code, message, line: null }] };
}

function privateKey(line: number): AnchorRefusalReason {
  const message = `Line ${line} begins a private key. It is not kept and not needed: give the certificate alone, and take that key for exposed if others can have seen it.`;
  return { code: 'privateKey', message, line };
}

function malformed(line: number, reason: string): AnchorRefusalReason {
  return {
    code: 'malformed',
    message: `The certificate at line ${line} cannot be read: ${reason}. Export it again, or paste all of it.`,
    line,
  };
}

function moreThanOne(count: number, line: number): AnchorRefusalReason {
  const message = `There are ${count} certificates in it, the second at line ${line}. Each is a decision of its own: give the root CA alone.`;
  return { code: 'moreThanOne', message, line };
}

/** What speaks against the certificate itself. */
function objections({ facts, line }: PlacedCertificate, now: Date): AnchorRefusalReason[] {
  const reasons: (Omit<AnchorRefusalReason, 'line'> | null)[] = [
    notAuthority(facts),
    outsideValidity(facts, now),
    weakKey(facts),
    weakSignature(facts),
  ];
  return reasons.flatMap((reason) => (reason === null ? [] : [{ ...reason, line }]));
}

type Objection = Omit<AnchorRefusalReason, 'line'> | null;

function notAuthority({ isAuthority }: CertificateFacts): Objection {
  if (isAuthority) return null;
  const message =
    'This is no CA certificate: its basicConstraints do not say CA, or its keyUsage does not let it sign certificates. Give the CA that issued it.';
  return { code: 'notAuthority', message };
}

function outsideValidity({ notBefore, notAfter }: CertificateFacts, now: Date): Objection {
  if (now.getTime() > notAfter.getTime()) {
    return {
      code: 'expired',
      message: `It expired on ${notAfter.toISOString()}. Ask its owner for the one that took its place.`,
    };
  }
  if (now.getTime() < notBefore.getTime()) {
    return {
      code: 'notYetValid',
      message: `It is valid only from ${notBefore.toISOString()} on. Wait until then, or look at this server's clock.`,
    };
  }
  return null;
}

/** OpenSSL's security level 2, Debian's default, asks for 112 bits: RSA 2048, EC 224. EC below 256 and DSA are in no public root programme. */
function weakKey({ keyType, keyBits }: CertificateFacts): Objection {
  const least = LEAST_BITS[keyType];
  if (least !== undefined && keyBits !== null && keyBits >= least) return null;
  const size = keyBits === null ? '' : ` of ${keyBits} bits`;
  return {
    code: 'weakKey',
    message: `Its key (${keyType}${size}) is too weak: RSA needs 2048 bits, EC 256; DSA and unknown kinds are refused. The CA must be made anew.`,
  };
}

const LEAST_BITS: Readonly<Record<string, number>> = {
  rsa: 2048,
  'rsa-pss': 2048,
  ec: 256,
  ed25519: 256,
  ed448: 456,
};

function weakSignature({ signatureAlgorithm, selfSigned }: CertificateFacts): Objection {
  const strength = signatureStrength(signatureAlgorithm);
  if (strength === 'sound' || (strength === 'sha1' && selfSigned)) return null;
  return {
    code: 'weakSignature',
    message: `It is signed with ${signatureAlgorithm}, which can be forged. Ask for one that is signed with SHA-256 or better.`,
  };
}
