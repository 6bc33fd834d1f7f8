import { children, type DerElement, objectIdentifier } from './der.ts';

/** RFC 3279, 4055, 5758, 8410; names as OpenSSL and Node 24 print them. */
const NAMES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'md2WithRSAEncryption',
  '1.2.840.113549.1.1.3': 'md4WithRSAEncryption',
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.3.14.3.2.29': 'sha1WithRSA',
  '1.3.14.3.2.3': 'md5WithRSA',
  '1.2.840.113549.1.1.14': 'sha224WithRSAEncryption',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '1.2.840.10040.4.3': 'dsa-with-SHA1',
  '2.16.840.1.101.3.4.3.2': 'dsa_with_SHA256',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.1': 'ecdsa-with-SHA224',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.3.101.112': 'ED25519',
  '1.3.101.113': 'ED448',
};
const RSASSA_PSS = '1.2.840.113549.1.1.10';
const HASHES: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'SHA1',
  '1.2.840.113549.2.5': 'MD5',
  '2.16.840.1.101.3.4.2.1': 'SHA256',
  '2.16.840.1.101.3.4.2.2': 'SHA384',
  '2.16.840.1.101.3.4.2.3': 'SHA512',
  '2.16.840.1.101.3.4.2.4': 'SHA224',
};

/** Name of an AlgorithmIdentifier; the dotted OID of one that is not in the table. */
export function signatureAlgorithmName(algorithm: DerElement): string {
  const [identifier, parameters] = children(algorithm);
  if (identifier === undefined) return 'unknown';
  const oid = objectIdentifier(identifier);
  if (oid === RSASSA_PSS) return `rsassaPss-with-${pssHash(parameters)}`;
  return NAMES[oid] ?? oid;
}

/** RFC 4055 §3.1: hashAlgorithm is [0], and SHA-1 where it is left out. */
function pssHash(parameters: DerElement | undefined): string {
  if (parameters?.tag !== 0x30) return 'SHA1';
  const hash = children(parameters).find((element) => element.tag === 0xa0);
  const algorithm = hash === undefined ? undefined : children(hash)[0];
  const identifier = algorithm === undefined ? undefined : children(algorithm)[0];
  if (identifier === undefined) return 'SHA1';
  const oid = objectIdentifier(identifier);
  return HASHES[oid] ?? oid;
}

export type SignatureStrength = 'broken' | 'sha1' | 'sound';

/** `broken`: MD2, MD4, MD5 (RFC 6149–6151). `sha1`: collisions are practical (2017), second preimages are not. */
export function signatureStrength(name: string): SignatureStrength {
  if (/md[245]/i.test(name)) return 'broken';
  return /sha1($|[^0-9])/i.test(name) ? 'sha1' : 'sound';
}
