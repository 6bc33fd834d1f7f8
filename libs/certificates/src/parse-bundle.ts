import { sha256Hex } from './encoding.ts';
import { fileKind, utf16Text } from './pem/file-kind.ts';
import { type OpensslReading, readAsOpenssl } from './pem/openssl-reader.ts';
import { pemBlocks } from './pem/pem-blocks.ts';
import { CERTIFICATE_LABELS, readCertificateBlock } from './pem/read-block.ts';
import { TRUSTED_FOR_SERVERS } from './pem/trust-settings.ts';
import { openCertificate } from './x509/open-certificate.ts';
import { readCertificateFields } from './x509/certificate-fields.ts';
import { CertificateParseError } from './certificate-parse-error.ts';
import type { BundleCertificate, BundleDuplicate, BundleProblem, ParsedBundle } from './types.ts';

/** As many as the protocol's `bundleFile.problems` takes. */
const MAX_PROBLEMS = 100;

/**
 * Reads a PEM bundle as found in the field: text between blocks, CRLF, a byte order mark, damaged blocks; also what programs do not take
 * (UTF-16, one certificate in binary), so that people see what is in it. Never throws; linear in its size. Whoever opens files bounds
 * that size, and the number of anchors where the protocol asks it.
 */
export function parseBundle(bytes: Uint8Array): ParsedBundle {
  const kind = fileKind(bytes);
  if (kind === 'empty') return notLoaded(kind, [], []);
  if (kind === 'der') return readBinary(bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (kind === 'utf16') {
    const { certificates, problems } = readBlocks(utf16Text(buffer));
    return notLoaded(kind, certificates, [{ line: 1, reason: UTF16 }, ...problems]);
  }
  const text = buffer.toString('latin1');
  const blocks = readBlocks(text);
  const read = new Set(blocks.certificates.map(({ sha256 }) => sha256));
  const digests = new Map<Uint8Array, string>();
  const openssl = readAsOpenssl(text, (der) => {
    const sha256 = sha256Hex(der);
    if (!read.has(sha256)) openCertificate(der);
    digests.set(der, sha256);
  });
  const loaded = openssl.certificates.map(({ der, line, settings }) => {
    return { sha256: digests.get(der) ?? sha256Hex(der), der, line, ...settings };
  });
  return assemble(blocks, openssl, loaded);
}

const UTF16 =
  'The file is UTF-16, in which OpenSSL finds no certificate: save it as plain text (ASCII or UTF-8)';
const BINARY =
  'The file is binary (DER), in which OpenSSL looks for PEM text and finds none: convert it to PEM';

/** A file that no program loads as a bundle, whatever can be read in it. */
function notLoaded(
  state: ParsedBundle['state'],
  certificates: readonly BundleCertificate[],
  problems: BundleProblem[],
): ParsedBundle {
  return {
    state,
    certificates,
    problems: bounded(problems),
    duplicates: duplicatesAmong(certificates),
    anchors: [],
    opensslAccepts: false,
  };
}

function readBinary(bytes: Uint8Array): ParsedBundle {
  const problems = [{ line: 1, reason: BINARY }];
  try {
    const der = new Uint8Array(bytes);
    readCertificateFields(der);
    openCertificate(der);
    return notLoaded('der', [{ sha256: sha256Hex(der), der, line: 1, ...TRUSTED_FOR_SERVERS }], problems);
  } catch (error) {
    if (!(error instanceof CertificateParseError)) throw error;
    return notLoaded('der', [], problems);
  }
}

function assemble(blocks: Blocks, openssl: OpensslReading, loaded: BundleCertificate[]): ParsedBundle {
  const { certificates: seen, problems, damaged } = blocks;
  const known = new Set(seen.map(({ sha256 }) => sha256));
  const certificates = [...seen, ...loaded.filter(({ sha256 }) => !known.has(sha256))].sort(
    (a, b) => a.line - b.line,
  );
  const byOpenssl = new Set(loaded.map(({ sha256 }) => sha256));
  return {
    state: certificates.length > 0 ? 'read' : 'noCertificates',
    certificates,
    problems: bounded([...problems, ...opensslProblems({ openssl, byOpenssl, certificates, damaged })]),
    duplicates: duplicatesAmong(certificates),
    anchors: forServers(openssl.accepts ? loaded : certificates),
    opensslAccepts: openssl.accepts,
  };
}

/** X509_STORE_add_cert keeps the first of equal certificates, so that what its block says counts. */
function forServers(certificates: readonly BundleCertificate[]): string[] {
  const first = new Map<string, BundleCertificate>();
  for (const certificate of certificates)
    if (!first.has(certificate.sha256)) first.set(certificate.sha256, certificate);
  return [...first.values()].flatMap(({ sha256, trust }) => (trust === 'servers' ? [sha256] : [])).sort();
}

/** OpenSSL loads one of them; the others only make the file longer. */
function duplicatesAmong(certificates: readonly BundleCertificate[]): BundleDuplicate[] {
  const first = new Map<string, number>();
  const found: BundleDuplicate[] = [];
  for (const { sha256, line } of certificates) {
    const firstLine = first.get(sha256);
    if (firstLine === undefined) first.set(sha256, line);
    else if (found.length < MAX_PROBLEMS) found.push({ line, firstLine });
  }
  return found;
}

interface Blocks {
  readonly certificates: BundleCertificate[];
  readonly problems: BundleProblem[];
  /** Lines on which the damaged blocks begin; a problem's own line may be further down. */
  readonly damaged: ReadonlySet<number>;
}

function readBlocks(text: string): Blocks {
  const certificates: BundleCertificate[] = [];
  const problems: BundleProblem[] = [];
  const damaged = new Set<number>();
  for (const block of pemBlocks(text)) {
    if (block.label !== '' && !CERTIFICATE_LABELS.has(block.label)) continue;
    const { der, settings, problem } = readCertificateBlock(block);
    if (der !== null) certificates.push({ sha256: sha256Hex(der), der, line: block.line, ...settings });
    else {
      problems.push(problem);
      damaged.add(block.line);
    }
  }
  return { certificates, problems, damaged };
}

interface Comparison extends Omit<Blocks, 'problems'> {
  readonly openssl: OpensslReading;
  readonly byOpenssl: ReadonlySet<string>;
}

/** What OpenSSL makes of the file beyond what its blocks say: the place where it gives up, and what it passes over. */
function opensslProblems({ openssl, byOpenssl, certificates, damaged }: Comparison): BundleProblem[] {
  const { refusal } = openssl;
  if (refusal !== null) {
    if (damaged.has(refusal.line)) return [];
    return [{ line: refusal.line, reason: `OpenSSL refuses the file here: ${refusal.reason}` }];
  }
  return certificates
    .filter(({ sha256 }) => !byOpenssl.has(sha256))
    .map(({ line }) => ({
      line,
      reason: 'OpenSSL passes over this certificate: its BEGIN does not stand alone on its line',
    }));
}

function bounded(problems: BundleProblem[]): BundleProblem[] {
  const sorted = problems.sort((a, b) => a.line - b.line);
  const next = sorted[MAX_PROBLEMS - 1];
  if (sorted.length <= MAX_PROBLEMS || next === undefined) return sorted;
  const left = sorted.length - MAX_PROBLEMS + 1;
  return [
    ...sorted.slice(0, MAX_PROBLEMS - 1),
    { line: next.line, reason: `and ${left} more problems from here on` },
  ];
}
