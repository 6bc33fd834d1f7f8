import { randomBytes, webcrypto } from 'node:crypto';
import { sha256Hex, toPem } from '@trustfleet/certificates';
import type * as x509 from '@peculiar/x509';

type X509 = typeof x509;

/** What a certificate of the lab is to be, good or bad: everything that RFC 5280 asks for is there unless it is left out. */
export interface CertificateWish {
  readonly name: string;
  /** Signs itself where there is none. */
  readonly issuer?: IssuedCertificate;
  /** Names a key pair: certificates of one name share it, as cross-signed ones do. Default: a pair of its own. */
  readonly key?: string;
  readonly kind: 'authority' | 'server';
  /** subjectAltName of a server: DNS names and IP addresses. Default: none. */
  readonly names?: readonly string[];
  /** Days from now. Default: -30 and 365. */
  readonly from?: number;
  readonly to?: number;
  /** Left out, or not critical: what strict verification asks for (python-tls.md §3). */
  readonly without?: readonly ('aki' | 'ski' | 'keyUsage' | 'critical' | 'certSign' | 'basicConstraints')[];
  readonly pathLength?: number;
  /** RSA of that size instead of P-256. */
  readonly rsaBits?: number;
  readonly sha1?: boolean;
  /** DNS names of nameConstraints, permitted or excluded. */
  readonly constraints?: { readonly permitted?: readonly string[]; readonly excluded?: readonly string[] };
  readonly clientOnly?: boolean;
  /** Signed by this one's key in place of the issuer's: a signature that does not verify. */
  readonly forgedBy?: IssuedCertificate;
}

export interface LabCertificate {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly privateKeyPem: string;
  readonly sha256: string;
}

/** One that can sign others. */
export interface IssuedCertificate extends LabCertificate {
  readonly keys: webcrypto.CryptoKeyPair;
  readonly certificate: x509.X509Certificate;
}

export interface Issuer {
  issue(wish: CertificateWish): Promise<IssuedCertificate>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Issues certificates that `issueCertificate` rightly refuses to make: broken ones are half of what the lab is for. */
export async function createIssuer(now: Date): Promise<Issuer> {
  await import('reflect-metadata');
  const library = await import('@peculiar/x509');
  const pairs = new Map<string, Promise<webcrypto.CryptoKeyPair>>();
  const keysOf = (wish: CertificateWish): Promise<webcrypto.CryptoKeyPair> => {
    if (wish.key === undefined) return generate(wish);
    const known = pairs.get(wish.key) ?? generate(wish);
    pairs.set(wish.key, known);
    return known;
  };
  return {
    async issue(wish) {
      const keys = await keysOf(wish);
      const signer = wish.forgedBy?.keys ?? wish.issuer?.keys ?? keys;
      const subject = new library.Name([
        { O: [{ utf8String: 'Lab Studio' }] },
        { CN: [{ utf8String: wish.name }] },
      ]);
      const certificate = await library.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject,
        issuer: wish.issuer?.certificate.subjectName ?? subject,
        notBefore: new Date(now.getTime() + (wish.from ?? -30) * DAY_MS),
        notAfter: new Date(now.getTime() + (wish.to ?? 365) * DAY_MS),
        publicKey: keys.publicKey,
        signingKey: signer.privateKey,
        signingAlgorithm: algorithm(signer.privateKey, wish.sha1 ?? false),
        extensions: await extensions(library, wish, keys),
      });
      const der = new Uint8Array(certificate.rawData);
      return {
        der,
        pem: toPem(der),
        privateKeyPem: await privatePem(keys.privateKey),
        sha256: sha256Hex(der),
        keys,
        certificate,
      };
    },
  };
}

async function generate({ rsaBits, sha1 }: CertificateWish): Promise<webcrypto.CryptoKeyPair> {
  const algorithm =
    rsaBits === undefined
      ? { name: 'ECDSA', namedCurve: 'P-256' }
      : {
          name: 'RSASSA-PKCS1-v1_5',
          modulusLength: rsaBits,
          publicExponent: new Uint8Array([1, 0, 1]),
          hash: sha1 === true ? 'SHA-1' : 'SHA-256',
        };
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function algorithm(key: webcrypto.CryptoKey, sha1: boolean): { name: string; hash?: string } {
  const { name } = key.algorithm;
  return name === 'ECDSA' ? { name, hash: sha1 ? 'SHA-1' : 'SHA-256' } : { name };
}

async function extensions(
  library: X509,
  wish: CertificateWish,
  keys: webcrypto.CryptoKeyPair,
): Promise<x509.Extension[]> {
  const without = new Set(wish.without);
  return [
    ...(without.has('basicConstraints')
      ? []
      : [
          new library.BasicConstraintsExtension(
            wish.kind === 'authority',
            wish.kind === 'authority' ? wish.pathLength : undefined,
            !without.has('critical'),
          ),
        ]),
    ...usage(library, wish),
    ...alternativeNames(library, wish),
    ...nameConstraints(library, wish),
    ...(without.has('ski') ? [] : [await library.SubjectKeyIdentifierExtension.create(keys.publicKey)]),
    ...(await authorityKey(library, wish, keys)),
  ];
}

function usage(library: X509, { kind, without = [], clientOnly }: CertificateWish): x509.Extension[] {
  const { keyCertSign, cRLSign, digitalSignature, keyEncipherment } = library.KeyUsageFlags;
  // Flags are numbers; the library's type names single ones.
  const flags: number =
    kind === 'server'
      ? digitalSignature | keyEncipherment
      : without.includes('certSign')
        ? cRLSign
        : keyCertSign | cRLSign;
  const purposes = [clientOnly ? library.ExtendedKeyUsage.clientAuth : library.ExtendedKeyUsage.serverAuth];
  return [
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a set of flags; the library's type names single ones
    ...(without.includes('keyUsage') ? [] : [new library.KeyUsagesExtension(flags, true)]),
    ...(kind === 'server' ? [new library.ExtendedKeyUsageExtension(purposes)] : []),
  ];
}

function alternativeNames(library: X509, { names = [] }: CertificateWish): x509.Extension[] {
  if (names.length === 0) return [];
  return [
    new library.SubjectAlternativeNameExtension(
      names.map((value) => ({ type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const), value })),
    ),
  ];
}

function nameConstraints(library: X509, { constraints }: CertificateWish): x509.Extension[] {
  if (constraints === undefined) return [];
  // nameConstraints: [0] permitted, [1] excluded; each a GeneralSubtree whose base is [2] dNSName (RFC 5280 §4.2.1.10).
  const trees = (tag: number, names: readonly string[] = []): Buffer => {
    const subtrees = names.map((name) => der(0x30, der(0x82, Buffer.from(name))));
    return names.length === 0 ? Buffer.alloc(0) : der(tag, Buffer.concat(subtrees));
  };
  const value = der(
    0x30,
    Buffer.concat([trees(0xa0, constraints.permitted), trees(0xa1, constraints.excluded)]),
  );
  return [new library.Extension('2.5.29.30', true, new Uint8Array(value))];
}

/** Short forms only: the lab's names are. */
function der(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}

async function authorityKey(
  library: X509,
  { issuer, without = [] }: CertificateWish,
  keys: webcrypto.CryptoKeyPair,
): Promise<x509.Extension[]> {
  if (without.includes('aki')) return [];
  if (issuer !== undefined) {
    const identifier = issuer.certificate.getExtension(library.SubjectKeyIdentifierExtension);
    return identifier === null ? [] : [new library.AuthorityKeyIdentifierExtension(identifier.keyId)];
  }
  return [await library.AuthorityKeyIdentifierExtension.create(keys.publicKey)];
}

function serialNumber(): string {
  const bytes = randomBytes(12);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x01, 0);
  return bytes.toString('hex');
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const base64 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}
