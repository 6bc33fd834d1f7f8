import { X509Certificate } from 'node:crypto';
import {
  CertificateParseError,
  children,
  content,
  describeCertificate,
  encoded,
  objectIdentifier,
  readCertificateFields,
  readElement,
  serverNameCode,
  sha256Hex,
  type AnchorSet,
  type CertificateFacts,
  type DerElement,
  type NameRules,
} from '@trustfleet/certificates';

/** By what a chain is judged. */
export interface StandingBy {
  /** The endpoint's name or address. */
  readonly host: string;
  readonly at: Date;
  /** This host's own: an issuer that is not presented may be among them. */
  readonly anchors: AnchorSet;
}

/**
 * Everything about a presented chain that a verdict may rest on, so that leaves of several front ends of one endpoint are equal where every
 * client would judge them alike: the certificates above the leaf, byte by byte; of the leaf its issuer, that the issuer really signed it,
 * whether it is valid now, its kind of key, its signature's kind, whose name each client would take it for, and its extensions. Left out is
 * what differs from leaf to leaf and decides nothing: serial, dates, the key itself, its identifier, where its revocation is told, its
 * transparency stamps. Null where one of that cannot be told: then the chain is like no other.
 */
export function chainStanding(chain: readonly Uint8Array[], by: StandingBy): string | null {
  const [leaf, ...above] = chain;
  if (leaf === undefined) return null;
  try {
    return JSON.stringify([leafStanding(leaf, { above, by }), above.map(sha256Hex)]);
  } catch (error) {
    if (error instanceof CertificateParseError || error instanceof Unproved) return null;
    throw error;
  }
}

/** Nobody here can tell whether its issuer signed it: an interceptor may write any issuer. */
class Unproved extends Error {}

interface LeafContext {
  readonly above: readonly Uint8Array[];
  readonly by: StandingBy;
}

function leafStanding(der: Uint8Array, context: LeafContext): unknown {
  const { by } = context;
  const fields = readCertificateFields(der);
  const facts = describeCertificate(der);
  const issuers = issuersOf(fields.issuer, context);
  if (!issuers.some((issuer) => signs(issuer, der))) throw new Unproved();
  const { extensions } = fields;
  return {
    issuer: hex(encoded(fields.issuer)),
    version: versionOf(der),
    validity: validityOf(facts, by.at),
    key: [facts.keyType, facts.keyBits, hex(keyAlgorithm(fields.publicKeyInfo))],
    signature: hex(encoded(fields.signatureAlgorithm)),
    // OpenSSL wants names elsewhere where the subject is empty (X509_V_FLAG_X509_STRICT).
    hasSubject: content(fields.subject).length > 0,
    names: isConstrained(der, context) ? allNames(fields) : namesFor(der, by.host),
    extensions: extensions === null ? null : extensionsOf(extensions),
  };
}

/** Presented ones first; every anchor of that name. */
function issuersOf(issuer: DerElement, { above, by }: LeafContext): readonly Uint8Array[] {
  return [...above, ...by.anchors.bySubject(encoded(issuer))];
}

function signs(issuer: Uint8Array, leaf: Uint8Array): boolean {
  try {
    return new X509Certificate(leaf).verify(new X509Certificate(issuer).publicKey);
  } catch (error) {
    // A key or a signature of a kind that OpenSSL does not know proves nothing.
    if (error instanceof Error) return false;
    throw error;
  }
}

function validityOf({ notBefore, notAfter }: CertificateFacts, at: Date): string {
  if (at < notBefore) return 'notYet';
  return at > notAfter ? 'expired' : 'valid';
}

/** As the [0] before the serial says; v1 has none. */
function versionOf(der: Uint8Array): string {
  const [body] = children(readElement(der, 0));
  const [first] = body === undefined ? [] : children(body);
  return first?.tag === 0xa0 ? hex(encoded(first)) : '';
}

function keyAlgorithm(publicKeyInfo: Uint8Array): Uint8Array {
  const [algorithm] = children(readElement(publicKeyInfo, 0));
  if (algorithm === undefined) throw new CertificateParseError('a key without its kind');
  return encoded(algorithm);
}

const BOOLEANS = [false, true] as const;
/** Every way in which a client may hold a name against a certificate (libs/certificates `NameRules`). */
const NAME_RULES: readonly NameRules[] = (['wholeLabel', 'partial', 'matchHostname'] as const).flatMap(
  (wildcards) =>
    (['withoutDnsName', 'withoutAnyName', 'never'] as const).flatMap((commonName) =>
      BOOLEANS.flatMap((addresses) =>
        BOOLEANS.map((commonNameOfAddress) => ({
          ...{ checked: 'openssl' as const, wildcards, commonName, addresses, commonNameOfAddress },
        })),
      ),
    ),
);

/** Whether each kind of client takes it for this server. */
function namesFor(der: Uint8Array, host: string): unknown {
  return NAME_RULES.map((rules) => serverNameCode(der, host, rules));
}

/** An authority that may vouch for some names only is held against all of them. */
function isConstrained(leaf: Uint8Array, { above, by }: LeafContext): boolean {
  const roots = by.anchors.bySubject(encoded(readCertificateFields(above.at(-1) ?? leaf).issuer));
  return [...above, ...roots].some((der) => describeCertificate(der).nameConstraints !== null);
}

const ALTERNATIVE_NAMES = '2.5.29.17';

function allNames({ subject, extensions }: ReturnType<typeof readCertificateFields>): unknown {
  const names = extensions === null ? [] : each(extensions).filter(({ id }) => id === ALTERNATIVE_NAMES);
  return [hex(encoded(subject)), names.map(({ whole }) => whole)];
}

/** Subject key identifier, transparency stamps, where revocation is told and where issuers lie, under which papers it was issued. */
const VARYING = new Set([
  ALTERNATIVE_NAMES,
  '2.5.29.14',
  '1.3.6.1.4.1.11129.2.4.2',
  '2.5.29.31',
  '1.3.6.1.5.5.7.1.1',
  '2.5.29.32',
]);

/** Of one that varies only that it is there, and whether it is critical: strict clients look at that. */
function extensionsOf(extensions: DerElement): string[] {
  return each(extensions)
    .map(({ id, critical, whole }) => (VARYING.has(id) ? `${id} ${critical}` : whole))
    .toSorted();
}

/** Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue } (RFC 5280 §4.1). */
function each(extensions: DerElement): { id: string; critical: boolean; whole: string }[] {
  return children(extensions)
    .flatMap((list) => children(list))
    .map((one) => {
      const [identifier, second] = children(one);
      if (identifier === undefined) throw new CertificateParseError('an extension without its number');
      const critical = second?.tag === 0x01 && content(second)[0] !== 0;
      return { id: objectIdentifier(identifier), critical, whole: hex(encoded(one)) };
    });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
