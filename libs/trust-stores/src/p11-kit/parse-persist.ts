import {
  CertificateParseError,
  children,
  objectIdentifier,
  pemBlocks,
  type PemBlock,
  readElement,
  sha256Hex,
} from '@trustfleet/certificates';
import { constrainsToAuthority } from './constraints.ts';
import { issuerSerialOf, keysOf, publicKeyOf } from './keys.ts';
import { joined, NOTHING, type P11Objects } from './objects.ts';
import { blockBytes, parsePem } from './parse-pem.ts';
import { purposesOfExtension } from './purposes.ts';

const OBJECT_IDENTIFIER = 0x06;
const BLOCKS: readonly string[] = ['CERTIFICATE', 'PUBLIC KEY'];
const SECTION = 'p11-kit-object-v1';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const BASIC_CONSTRAINTS = '2.5.29.19';
/** CKA_CERTIFICATE_CATEGORY of an authority, by p11-kit's word and by its number (common/constants.c, PKCS #11 §4.6.2). */
const AUTHORITY: readonly string[] = ['authority', '2'];

/** True for p11-kit's own text format, the one of `ca-bundle.trust.p11-kit`. */
export function isPersist(text: string): boolean {
  return text.includes(`[${SECTION}]`);
}

/** One `[p11-kit-object-v1]`: its fields by name, and its PEM block. */
interface Section {
  readonly line: number;
  readonly fields: Map<string, string>;
  block: PemBlock | null;
}

/**
 * p11-kit's persistent format (trust/persist.c, common/lexer.c): sections of `name: value` and one PEM block each. Like p11-kit from 0.23.15
 * on, reads a file whose structure is broken as plain PEM, whatever its sections say. `text` is Latin-1.
 */
export function parsePersist(text: string): P11Objects {
  try {
    return joined(sectionsOf(text).map(objectOf));
  } catch (error) {
    if (!(error instanceof BrokenPersist)) throw error;
    const reason = `${error.message}: p11-kit takes nothing of this file but its certificates`;
    const plain = parsePem(text) ?? NOTHING;
    return { ...plain, problems: [{ line: error.line, reason }, ...plain.problems] };
  }
}

class BrokenPersist extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

function sectionsOf(text: string): Section[] {
  const blocks = new Map(pemBlocks(text).map((block) => [block.line, block]));
  const lines = text.split('\n');
  const sections: Section[] = [];
  let skipping = false;
  for (let at = 0; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').trim();
    const number = at + 1;
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      skipping = !isOurSection(line, number);
      if (!skipping) sections.push({ line: number, fields: new Map(), block: null });
      continue;
    }
    const isBlock = line.startsWith('-----BEGIN ');
    if (isBlock) at = endOf(lines, at);
    if (skipping) continue;
    if (isBlock) attach(sections.at(-1), { block: blocks.get(number), number });
    else field(sections.at(-1), { line, number });
  }
  return sections;
}

/** A section of another name is passed over. */
function isOurSection(line: string, number: number): boolean {
  if (!line.endsWith(']')) throw new BrokenPersist(number, 'its section header does not end');
  return line === `[${SECTION}]`;
}

function endOf(lines: readonly string[], from: number): number {
  for (let at = from + 1; at < lines.length; at += 1) if (lines[at]?.startsWith('-----END ')) return at;
  throw new BrokenPersist(from + 1, 'its PEM block does not end');
}

function attach(section: Section | undefined, found: { block: PemBlock | undefined; number: number }): void {
  if (section === undefined || found.block === undefined)
    throw new BrokenPersist(found.number, 'its PEM block belongs to no section');
  if (!BLOCKS.includes(found.block.label))
    throw new BrokenPersist(found.number, 'its PEM block is neither a certificate nor a public key');
  section.block ??= found.block;
}

function field(section: Section | undefined, found: { line: string; number: number }): void {
  const colon = found.line.indexOf(':');
  if (colon === -1) throw new BrokenPersist(found.number, 'its line has no colon');
  if (section === undefined) throw new BrokenPersist(found.number, 'its line stands before any section');
  section.fields.set(found.line.slice(0, colon).trim(), found.line.slice(colon + 1).trim());
}

function objectOf(section: Section): P11Objects {
  try {
    if (section.fields.get('class') === 'x-certificate-extension') return extension(section);
    const distrusted = section.fields.get('x-distrusted') === 'true';
    const der = bytesOf(section, { label: 'CERTIFICATE', field: 'value' });
    if (der === null) return { ...NOTHING, blocked: distrusted ? blockedKeys(section) : [] };
    keysOf(der);
    const label = section.fields.get('label');
    const category = section.fields.get('certificate-category');
    const certificate = {
      sha256: sha256Hex(der),
      der,
      label: label === undefined ? null : Buffer.from(unquoted(label)).toString('utf8'),
      trusted: section.fields.get('trusted') === 'true',
      distrusted,
      authority: category === undefined ? null : AUTHORITY.includes(category),
    };
    return { ...NOTHING, certificates: [certificate] };
  } catch (error) {
    if (!(error instanceof CertificateParseError)) throw error;
    return { ...NOTHING, problems: [{ line: section.line, reason: error.message }] };
  }
}

function extension(section: Section): P11Objects {
  const key = bytesOf(section, { label: 'PUBLIC KEY', field: 'public-key-info' });
  const value = section.fields.get('value');
  if (key === null || value === undefined) return NOTHING;
  const publicKey = publicKeyOf(key);
  const der = unquoted(value);
  switch (section.fields.get('object-id') ?? nameOf(der)) {
    case EXTENDED_KEY_USAGE:
      return { ...NOTHING, pinned: [{ publicKey, purposes: purposesOfExtension(der) }] };
    case BASIC_CONSTRAINTS:
      return { ...NOTHING, constraints: [{ publicKey, authority: constrainsToAuthority(der) }] };
    default:
      return NOTHING;
  }
}

/** extnID, which p11-kit takes from the extension where the section has none (extension_populate of trust/builder.c). */
function nameOf(extension: Uint8Array): string | null {
  const [name] = children(readElement(extension, 0));
  return name?.tag === OBJECT_IDENTIFIER ? objectIdentifier(name) : null;
}

function blockedKeys(section: Section): string[] {
  const key = bytesOf(section, { label: 'PUBLIC KEY', field: 'public-key-info' });
  const issuer = section.fields.get('issuer');
  const serial = section.fields.get('serial-number');
  return [
    ...(key === null ? [] : [publicKeyOf(key)]),
    ...(issuer === undefined || serial === undefined
      ? []
      : [issuerSerialOf(unquoted(issuer), unquoted(serial))]),
  ];
}

/** The section's PEM block, or the field of the same meaning. */
function bytesOf(section: Section, from: { label: string; field: string }): Uint8Array | null {
  if (section.block?.label === from.label) return blockBytes(section.block);
  const value = section.fields.get(from.field);
  if (value === undefined) return null;
  const bytes = unquoted(value);
  return bytes.slice(0, readElement(bytes, 0).end);
}

/** `"…"` with %XX for bytes (common/url.c). Anything else is no bytes. */
function unquoted(value: string): Uint8Array {
  const inside = /^"(.*)"$/s.exec(value)?.[1];
  if (inside === undefined) return new Uint8Array();
  return Buffer.from(
    inside.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}
