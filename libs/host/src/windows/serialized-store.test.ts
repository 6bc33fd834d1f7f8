import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { WindowsEntry } from '../types.ts';
import {
  decodeObjectIdentifiers,
  encodeObjectIdentifiers,
  parseElements,
  parseSerializedStore,
  SerializedFormatError,
  serializeEntry,
} from './serialized-store.ts';

const DER = Uint8Array.from(randomBytes(700));
const PLAIN: WindowsEntry = { der: DER, friendlyName: null, enhancedKeyUsage: null, properties: {} };
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const EMAIL = '1.3.6.1.5.5.7.3.4';

function record(id: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(id, 0);
  head.writeUInt32LE(1, 4);
  head.writeUInt32LE(value.length, 8);
  return Buffer.concat([head, value]);
}

/** Properties in the order in which Windows 10 keeps them in …\ROOT\Certificates\<SHA-1>\Blob; made here, not recorded. */
function windowsBlob(): Buffer {
  return Buffer.concat([
    record(0x6b, randomBytes(32)), // SHA-256
    record(0x0f, randomBytes(20)), // hash of what is signed
    record(0x14, randomBytes(20)), // key identifier
    record(0x19, randomBytes(16)), // MD5 of the key
    record(0x5c, Buffer.from([0, 8, 0, 0])), // bits of the key
    record(0x53, Buffer.from('300a06082b06010505070301', 'hex')), // policies of the root programme
    record(0x09, Buffer.from('301406082b0601050507030406082b06010505070301', 'hex')),
    record(0x0b, Buffer.from('Studio Ümlaut\0', 'utf16le')),
    record(0x03, randomBytes(20)), // SHA-1
    record(0x20, DER),
  ]);
}

const storeOf = (...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.from('0000000043455254', 'hex'), ...parts, Buffer.alloc(12)]);

describe('serialized certificates', () => {
  it("reads what Windows' registry keeps of one, and leaves out what is computed", () => {
    expect(parseElements(windowsBlob())).toEqual([
      {
        der: DER,
        friendlyName: 'Studio Ümlaut',
        enhancedKeyUsage: [EMAIL, SERVER_AUTH],
        properties: { 83: Buffer.from('300a06082b06010505070301', 'hex').toString('base64') },
      },
    ]);
  });

  it('reads a store: properties belong to the certificate after them, lists of other kinds are passed over', () => {
    const second = Uint8Array.from(randomBytes(20));
    const bytes = storeOf(
      windowsBlob(),
      record(11, Buffer.from('list\0', 'utf16le')),
      record(34, DER),
      record(32, second),
    );

    const entries = parseSerializedStore(bytes);

    expect(entries).toHaveLength(2);
    expect(entries[1]).toEqual({ ...PLAIN, der: second });
    expect(parseSerializedStore(storeOf())).toEqual([]);
  });

  it.each<WindowsEntry>([
    PLAIN,
    { ...PLAIN, friendlyName: '' },
    { ...PLAIN, friendlyName: '日本 ✓' },
    { ...PLAIN, enhancedKeyUsage: [] },
    { ...PLAIN, enhancedKeyUsage: [SERVER_AUTH, '2.5.29.37.0', '1.3.6.1.4.1.311.10.12.1'] },
    {
      ...PLAIN,
      enhancedKeyUsage: Array.from({ length: 40 }, (_, index) => `2.999.${String(index * 1_000_003)}`),
    },
    {
      ...PLAIN,
      friendlyName: 'x',
      enhancedKeyUsage: [EMAIL],
      properties: { 13: 'AAE=', 126: 'AAECAwQFBgc=' },
    },
  ])('gives back what was written: %#', (entry) => {
    expect(parseElements(serializeEntry(entry))).toEqual([entry]);
    expect(parseSerializedStore(storeOf(serializeEntry(entry)))).toEqual([entry]);
  });

  it('writes no property that crypt32 computes or that belongs to a key', () => {
    const bytes = serializeEntry({ ...PLAIN, properties: { 2: 'AAAA', 3: 'AAAA', 32: 'AAAA' } });

    expect(parseElements(bytes)).toEqual([PLAIN]);
    expect(bytes).toHaveLength(12 + DER.length);
  });

  it('refuses what is cut off anywhere, and what is something else', () => {
    const whole = storeOf(windowsBlob()).subarray(0, -12);
    for (let length = 0; length < whole.length; length += 1) {
      let entries: readonly WindowsEntry[] = [];
      try {
        entries = parseSerializedStore(whole.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(SerializedFormatError);
      }
      expect(entries, String(length)).toEqual([]);
    }
    expect(() => parseSerializedStore(Buffer.from('-----BEGIN CERTIFICATE-----'))).toThrow('does not begin');
    expect(() => parseElements(record(32, DER).fill(0xff, 8, 12))).toThrow('byte 0');
  });
});

describe('lists of purposes', () => {
  it('reads the DER of wincrypt', () => {
    expect(decodeObjectIdentifiers(Buffer.from('300a06082b06010505070301', 'hex'))).toEqual([SERVER_AUTH]);
    expect(
      decodeObjectIdentifiers(Buffer.from('300c060a2b060104018237 0a0c01'.replace(' ', ''), 'hex')),
    ).toEqual(['1.3.6.1.4.1.311.10.12.1']);
    expect(Buffer.from(encodeObjectIdentifiers([SERVER_AUTH])).toString('hex')).toBe(
      '300a06082b06010505070301',
    );
  });

  it.each([
    '',
    '30',
    '3005',
    '310a06082b06010505070301',
    '300a06082b060105050703',
    '300a06082b06010505070381',
    '30020600',
    '308000',
    '300a02082b06010505070301',
  ])('allows nothing where the list is broken: %s', (hex) => {
    expect(decodeObjectIdentifiers(Buffer.from(hex, 'hex'))).toEqual([]);
  });
});
