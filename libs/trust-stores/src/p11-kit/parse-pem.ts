import {
  CertificateParseError,
  children,
  content,
  decodeBase64,
  pemBlocks,
  type PemBlock,
  readElement,
  sha256Hex,
} from '@trustfleet/certificates';
import { keysOf } from './keys.ts';
import { joined, NOTHING, type P11Objects } from './objects.ts';
import { objectIdentifiers } from './purposes.ts';

const SEQUENCE = 0x30;
const UTF8_STRING = 0x0c;
const REJECT = 0xa0;

/** Every CERTIFICATE and TRUSTED CERTIFICATE of a text (Latin-1); a broken block leaves the rest. Null where there is no block at all. */
export function parsePem(text: string): P11Objects | null {
  const blocks = pemBlocks(text);
  return blocks.length === 0 ? null : joined(blocks.map(readBlock));
}

function readBlock(block: PemBlock): P11Objects {
  if (block.label !== 'CERTIFICATE' && block.label !== 'TRUSTED CERTIFICATE' && block.problem === null)
    return NOTHING;
  try {
    const bytes = blockBytes(block);
    return block.label === 'TRUSTED CERTIFICATE' ? trustedCertificate(bytes) : plainCertificate(bytes);
  } catch (error) {
    if (!(error instanceof CertificateParseError)) throw error;
    return { ...NOTHING, problems: [{ line: block.line, reason: error.message }] };
  }
}

/** Throws CertificateParseError. */
export function blockBytes(block: PemBlock): Uint8Array {
  if (block.problem !== null || block.body === null)
    throw new CertificateParseError(block.problem ?? 'it has no content');
  const decoded = decodeBase64(block.body);
  if ('bytes' in decoded) return decoded.bytes;
  throw new CertificateParseError(
    'cutShort' in decoded ? 'its base64 is cut short' : 'it holds a character that is not base64',
  );
}

export function plainCertificate(der: Uint8Array): P11Objects {
  // What could fail later fails here.
  keysOf(der);
  return {
    ...NOTHING,
    certificates: [
      { sha256: sha256Hex(der), der, label: null, trusted: false, distrusted: false, authority: null },
    ],
  };
}

/**
 * OpenSSL's own form: the certificate, then CertAux ::= SEQUENCE { trust, alias, keyid, reject [0], … } (crypto/x509/x_x509a.c). Purposes
 * that are trusted and not rejected are pinned to its key; with none left it is distrusted.
 */
function trustedCertificate(bytes: Uint8Array): P11Objects {
  const end = readElement(bytes, 0).end;
  const der = bytes.slice(0, end);
  const { publicKey } = keysOf(der);
  const settings = children(readElement(bytes, end));
  const alias = settings.find((part) => part.tag === UTF8_STRING);
  const rejected = purposesIn(settings.find((part) => part.tag === REJECT));
  const purposes = purposesIn(settings.find((part) => part.tag === SEQUENCE)).filter(
    (purpose) => !rejected.includes(purpose),
  );
  const trusted = purposes.length > 0;
  const label = alias === undefined ? null : Buffer.from(content(alias)).toString('utf8');
  return {
    ...NOTHING,
    certificates: [{ sha256: sha256Hex(der), der, label, trusted, distrusted: !trusted, authority: null }],
    pinned: [{ publicKey, purposes }],
  };
}

function purposesIn(part: ReturnType<typeof readElement> | undefined): string[] {
  return part === undefined ? [] : objectIdentifiers(children(part));
}
