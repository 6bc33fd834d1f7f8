import { children, content, objectIdentifier, readElement, type DerElement } from '@trustfleet/certificates';
import { KeystoreError, PASSWORD, type Keystore, type KeystoreEntry } from './keystore.ts';
import { macMatches } from './pkcs12-mac.ts';

/** RFC 7292 appendix D, RFC 2315 §7, RFC 2985 §5.5; the last one is Oracle's, and without it Java takes a certificate for no anchor. */
const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const KEY_BAGS: readonly string[] = ['1.2.840.113549.1.12.10.1.1', '1.2.840.113549.1.12.10.1.2'];
const X509 = '1.2.840.113549.1.9.22.1';
const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';
const TRUSTED_KEY_USAGE = '2.16.840.1.113894.746875.1.1';

/**
 * What Java reads in a PKCS#12 without a password: its open parts. Encrypted ones are counted alone: Java passes them over too.
 * Throws KeystoreError, or CertificateParseError for broken DER.
 */
export function parsePkcs12(bytes: Buffer): Keystore {
  const [version, authSafe, mac] = children(readElement(bytes, 0));
  if (version === undefined || authSafe === undefined || content(version)[0] !== 3)
    throw new KeystoreError('it is no PKCS#12 of version 3');
  const safe = dataOf(authSafe);
  const bags: Bag[] = [];
  let encrypted = 0;
  for (const info of children(readElement(safe, 0))) {
    const [type] = children(info);
    if (type !== undefined && objectIdentifier(type) === ENCRYPTED_DATA) encrypted += 1;
    else bags.push(...children(readElement(dataOf(info), 0)).map(readBag));
  }
  const opens = mac === undefined || macMatches({ mac, safe, password: PASSWORD });
  return { format: 'PKCS#12', entries: entriesOf(bags), opens, encrypted };
}

/** The octets of a ContentInfo of type data. */
function dataOf(info: DerElement): Uint8Array {
  const [type, wrapped] = children(info);
  if (type === undefined || wrapped === undefined || objectIdentifier(type) !== DATA)
    throw new KeystoreError('a part of it is neither data nor encrypted data');
  const [octets] = children(wrapped);
  if (octets === undefined) throw new KeystoreError('a part of it is empty');
  return content(octets);
}

interface Bag {
  readonly type: string;
  readonly value: DerElement | null;
  readonly attributes: ReadonlyMap<string, Uint8Array>;
}

function readBag(bag: DerElement): Bag {
  const [type, wrapped, attributes] = children(bag);
  if (type === undefined || wrapped === undefined) throw new KeystoreError('a bag without content');
  const found = new Map<string, Uint8Array>();
  for (const attribute of attributes === undefined ? [] : children(attributes)) {
    const [name, values] = children(attribute);
    const [value] = values === undefined ? [] : children(values);
    if (name !== undefined)
      found.set(objectIdentifier(name), value === undefined ? new Uint8Array() : content(value));
  }
  return { type: objectIdentifier(type), value: children(wrapped)[0] ?? null, attributes: found };
}

/** As sun.security.pkcs12.PKCS12KeyStore: anchors by their attribute, and the certificate that belongs to each key. */
function entriesOf(bags: readonly Bag[]): KeystoreEntry[] {
  const certificates = bags.filter(({ type }) => type === CERTIFICATE_BAG);
  const trusted = certificates.filter(({ attributes }) => attributes.has(TRUSTED_KEY_USAGE));
  const own = bags
    .filter(({ type }) => KEY_BAGS.includes(type))
    .flatMap((key) => certificates.find((certificate) => keyId(certificate) === keyId(key)) ?? []);
  const nameless = { count: 0 };
  const entry = (bag: Bag, kind: KeystoreEntry['kind']): KeystoreEntry[] => {
    const der = certificateOf(bag);
    return der === null ? [] : [{ alias: aliasOf(bag, nameless), kind, der }];
  };
  return [...trusted.flatMap((bag) => entry(bag, 'trusted')), ...own.flatMap((bag) => entry(bag, 'key'))];
}

function keyId({ attributes }: Bag): string {
  const id = attributes.get(LOCAL_KEY_ID);
  return id === undefined ? '' : Buffer.from(id).toString('hex');
}

function certificateOf({ value }: Bag): Uint8Array | null {
  const [type, wrapped] = value === null ? [] : children(value);
  if (type === undefined || wrapped === undefined || objectIdentifier(type) !== X509) return null;
  const [octets] = children(wrapped);
  return octets === undefined ? null : new Uint8Array(content(octets));
}

/** BMPString in lower case, as Java looks aliases up; those without a name are counted as Java does. */
function aliasOf({ attributes }: Bag, nameless: { count: number }): string {
  const name = attributes.get(FRIENDLY_NAME);
  if (name !== undefined && name.length % 2 === 0)
    return Buffer.from(name).swap16().toString('utf16le').toLowerCase();
  nameless.count += 1;
  return String(nameless.count);
}
