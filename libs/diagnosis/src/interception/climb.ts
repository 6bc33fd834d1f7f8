import { X509Certificate } from 'node:crypto';
import {
  type AnchorSet,
  type CertificateFacts,
  CertificateParseError,
  children,
  describeCertificate,
  encoded,
  objectIdentifier,
  readCertificateFields,
} from '@trustfleet/certificates';

/** Where the way up from a leaf ends. */
export interface Top {
  /** Leaf first: what was presented, then what this host has. Never empty. */
  readonly path: readonly CertificateFacts[];
  /** The last of `path`. */
  readonly last: CertificateFacts;
  /** Its issuer's name in hex: equal for the same issuer, whether or not it was presented. */
  readonly key: string;
  /** The issuer's own certificate is `last`; else neither the server nor this host has it. */
  readonly complete: boolean;
  /** This host has anchors of the issuer's name, and none of them signed `last`. */
  readonly contradicted: boolean;
  /** The leaf carries promises of public logs (RFC 6962 §3.3), which no one gets for what a public authority did not sign. */
  readonly loggedPublicly: boolean;
}

interface Link {
  readonly facts: CertificateFacts;
  readonly x509: X509Certificate;
  /** DER of the names in hex. */
  readonly issuer: string;
  readonly subject: string;
}

const MAX_PATH = 16;
const SIGNED_CERTIFICATE_TIMESTAMPS = '1.3.6.1.4.1.11129.2.4.2';

/** Follows signatures, not the order of the chain: strangers in it prove nothing. Null where the leaf cannot be read. */
export function climb(chain: readonly Uint8Array[], anchors: AnchorSet): Top | null {
  const [leafDer, ...others] = chain;
  const leaf = leafDer === undefined ? null : read(leafDer);
  if (leaf === null) return null;
  const presented = others.flatMap((der) => read(der) ?? []);
  const path = [leaf];
  let last = leaf;
  while (last.issuer !== last.subject && path.length < MAX_PATH) {
    const next = issuerOf(last, [...presented, ...known(last, anchors)]);
    if (next === null || path.some(({ facts }) => facts.sha256 === next.facts.sha256)) break;
    path.push(next);
    last = next;
  }
  const complete = last.issuer === last.subject;
  return {
    path: path.map(({ facts }) => facts),
    last: last.facts,
    key: last.issuer,
    complete,
    contradicted: !complete && known(last, anchors).length > 0,
    loggedPublicly: leafDer !== undefined && hasTimestamps(leafDer),
  };
}

/** Null for what is no certificate: a server may send anything. */
function read(der: Uint8Array): Link | null {
  try {
    const fields = readCertificateFields(der);
    const facts = describeCertificate(der);
    return {
      facts,
      x509: new X509Certificate(facts.pem),
      issuer: hex(encoded(fields.issuer)),
      subject: hex(encoded(fields.subject)),
    };
  } catch (error) {
    if (error instanceof CertificateParseError) return null;
    throw error;
  }
}

function known(of: Link, anchors: AnchorSet): Link[] {
  return anchors.bySubject(Buffer.from(of.issuer, 'hex')).flatMap((der) => read(der) ?? []);
}

function issuerOf(of: Link, candidates: readonly Link[]): Link | null {
  return candidates.find((one) => one.subject === of.issuer && signed(one, of)) ?? null;
}

function signed(issuer: Link, subject: Link): boolean {
  try {
    return subject.x509.verify(issuer.x509.publicKey);
  } catch {
    return false; // a key or an algorithm that OpenSSL does not know
  }
}

function hasTimestamps(der: Uint8Array): boolean {
  const { extensions } = readCertificateFields(der);
  const [list] = extensions === null ? [] : children(extensions);
  return (list === undefined ? [] : children(list)).some((extension) => {
    const [type] = children(extension);
    return type !== undefined && objectIdentifier(type) === SIGNED_CERTIFICATE_TIMESTAMPS;
  });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
