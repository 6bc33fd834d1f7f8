import { sha256Hex } from './encoding.ts';
import { fileKind } from './pem/file-kind.ts';
import { type OpensslReading, readAsOpenssl } from './pem/openssl-reader.ts';
import { pemBlocks } from './pem/pem-blocks.ts';
import { CERTIFICATE_LABELS, readCertificateBlock } from './pem/read-block.ts';
import type { BundleCertificate, BundleProblem, ParsedBundle } from './types.ts';

/** As many as the protocol's `bundleFile.problems` takes. */
const MAX_PROBLEMS = 100;

/**
 * Reads a PEM bundle as found in the field: text between blocks, CRLF, a byte order mark, damaged blocks. Never throws; linear in its
 * size. Whoever opens files bounds that size, and the number of anchors where the protocol asks it.
 */
export function parseBundle(bytes: Uint8Array): ParsedBundle {
  const kind = fileKind(bytes);
  if (kind !== 'text')
    return { state: kind, certificates: [], problems: [], anchors: [], opensslAccepts: false };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const blocks = readBlocks(text);
  const openssl = readAsOpenssl(text);
  const loaded = openssl.certificates.map((certificate) => ({
    ...certificate,
    sha256: sha256Hex(certificate.der),
  }));
  return assemble(blocks, openssl, loaded);
}

function assemble(blocks: Blocks, openssl: OpensslReading, loaded: BundleCertificate[]): ParsedBundle {
  const { certificates: seen, problems, damaged } = blocks;
  const known = new Set(seen.map(({ sha256 }) => sha256));
  const certificates = [...seen, ...loaded.filter(({ sha256 }) => !known.has(sha256))].sort(
    (a, b) => a.line - b.line,
  );
  const byOpenssl = new Set(loaded.map(({ sha256 }) => sha256));
  const anchors = openssl.accepts ? byOpenssl : new Set(certificates.map(({ sha256 }) => sha256));
  return {
    state: certificates.length > 0 ? 'read' : 'noCertificates',
    certificates,
    problems: bounded([...problems, ...opensslProblems({ openssl, byOpenssl, certificates, damaged })]),
    anchors: [...anchors].sort(),
    opensslAccepts: openssl.accepts,
  };
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
    const { der, problem } = readCertificateBlock(block);
    if (der !== null) certificates.push({ sha256: sha256Hex(der), der, line: block.line });
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
