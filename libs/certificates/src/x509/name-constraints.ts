import { CertificateParseError } from '../certificate-parse-error.ts';
import type { NameConstraints } from '../types.ts';
import { children, content, type DerElement } from './der.ts';
import { extensionValue } from './extensions.ts';
import { harmless, nameText } from './names.ts';

const NAME_CONSTRAINTS = '2.5.29.30';
const PERMITTED = 0xa0;
const EXCLUDED = 0xa1;
const DIRECTORY_NAME = 0xa4;
const IP_ADDRESS = 0x87;

/** GeneralName, context tags of RFC 5280 §4.2.1.6 that hold text. */
const TEXT_KINDS: Readonly<Record<number, string>> = { 0x81: 'email', 0x82: 'DNS', 0x86: 'URI' };

/** RFC 5280 §4.2.1.10. Null for a certificate that may vouch for any name. */
export function nameConstraintsOf(extensions: DerElement | null): NameConstraints | null {
  const found: { permitted: string[]; excluded: string[] } = { permitted: [], excluded: [] };
  try {
    const value = extensionValue(extensions, NAME_CONSTRAINTS);
    if (value === null) return null;
    for (const subtrees of children(value)) {
      if (subtrees.tag === PERMITTED) found.permitted.push(...subtreeNames(subtrees));
      if (subtrees.tag === EXCLUDED) found.excluded.push(...subtreeNames(subtrees));
    }
    return { ...found, readable: true };
  } catch (error) {
    if (!(error instanceof CertificateParseError)) throw error;
    return { ...found, readable: false };
  }
}

function subtreeNames(subtrees: DerElement): string[] {
  return children(subtrees).map((subtree) => {
    const [base] = children(subtree);
    if (base === undefined) throw new CertificateParseError('a subtree without a name');
    return harmless(generalName(base));
  });
}

function generalName(name: DerElement): string {
  const bytes = Buffer.from(content(name));
  const kind = TEXT_KINDS[name.tag];
  if (kind !== undefined) return `${kind}:${bytes.toString('latin1')}`;
  if (name.tag === IP_ADDRESS) return `IP:${addressRange(bytes)}`;
  if (name.tag !== DIRECTORY_NAME) return `other:${bytes.toString('hex')}`;
  const [inner] = children(name);
  return `DirName:${inner === undefined ? '' : nameText(inner)}`;
}

/** Address and mask, half and half (RFC 5280 §4.2.1.10), as OpenSSL writes them. */
function addressRange(bytes: Buffer): string {
  if (bytes.length === 8) return `${bytes.subarray(0, 4).join('.')}/${bytes.subarray(4).join('.')}`;
  if (bytes.length === 32) return `${groups(bytes.subarray(0, 16))}/${groups(bytes.subarray(16))}`;
  throw new CertificateParseError('an address of no known length');
}

function groups(bytes: Buffer): string {
  return Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16)).join(':');
}
