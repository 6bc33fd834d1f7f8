import { execFileSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { describeCertificate, issueCertificate, pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { parse } from 'plist';
import { describe, expect, it } from 'vitest';
import { configurationProfile } from './configuration-profile.ts';

const [first, second] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined) throw new Error('two roots are needed');
const der = pemToDer(first.pem);
const UUID = /^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/;

interface Payload {
  readonly PayloadUUID: string;
  readonly PayloadContent: Uint8Array;
  readonly PayloadDisplayName: string;
}

/** With Python's own reader of property lists, which is not the one that wrote it. */
function readWithPython(profile: string): Record<string, unknown> {
  const code =
    'import sys,plistlib,json\nprint(json.dumps(plistlib.loads(sys.stdin.buffer.read()), default=lambda b: b.hex()))';
  return JSON.parse(
    execFileSync('/usr/bin/python3', ['-c', code], { input: profile, encoding: 'utf8' }),
  ) as Record<string, unknown>;
}

describe('a configuration profile', () => {
  it('installs one root for the whole machine', () => {
    const profile = configurationProfile(der);
    expect(profile.startsWith('<?xml version="1.0" encoding="UTF-8"?>')).toBe(true);
    expect(readWithPython(profile)).toEqual({
      PayloadContent: [
        {
          PayloadCertificateFileName: `trustfleet-${first.sha256.slice(0, 16)}.cer`,
          PayloadContent: Buffer.from(der).toString('hex'),
          PayloadDescription: `Adds a root certificate, SHA-256 ${first.sha256}`,
          PayloadDisplayName: 'Amazon Root CA 1',
          PayloadIdentifier: `trustfleet.anchor.${first.sha256.slice(0, 32)}.certificate`,
          PayloadOrganization: 'Trustfleet',
          PayloadType: 'com.apple.security.root',
          PayloadUUID: expect.stringMatching(UUID) as string,
          PayloadVersion: 1,
        },
      ],
      PayloadDescription: 'Makes this Mac trust Amazon Root CA 1',
      PayloadDisplayName: 'Trustfleet: Amazon Root CA 1',
      PayloadIdentifier: `trustfleet.anchor.${first.sha256.slice(0, 32)}`,
      PayloadOrganization: 'Trustfleet',
      PayloadRemovalDisallowed: false,
      PayloadScope: 'System',
      PayloadType: 'Configuration',
      PayloadUUID: expect.stringMatching(UUID) as string,
      PayloadVersion: 1,
    });
  });

  it('is the same for the same certificate, and another for another', () => {
    const uuids = [configurationProfile(der), configurationProfile(pemToDer(second.pem))].flatMap(
      (profile) => {
        const parsed = parse(profile) as unknown as { PayloadUUID: string; PayloadContent: Payload[] };
        return [parsed.PayloadUUID, ...parsed.PayloadContent.map((payload) => payload.PayloadUUID)];
      },
    );
    expect(new Set(uuids).size).toBe(4);
    expect(configurationProfile(der)).toBe(configurationProfile(der));
  });

  it.each([
    ['markup', '</string><key>PayloadType</key>&amp;<![CDATA['],
    ['what steers a terminal', 'a\u0001b\u0085c\u202ed'],
    ['quotes and letters of every kind', '"Größe" \u{1F512} \u0639'],
  ])('takes a name with %s as text', async (_, name) => {
    const hostile = await authorityCalled(name);
    const parsed = readWithPython(configurationProfile(hostile)) as unknown as { PayloadContent: Payload[] };
    expect(parsed.PayloadContent).toHaveLength(1);
    const shown = parsed.PayloadContent[0]?.PayloadDisplayName ?? '';
    expect(shown).toBe((describeCertificate(hostile).commonName ?? '').replace(/[\p{Cc}\p{Cf}]/gu, ' '));
    expect(shown).toHaveLength(name.length);
  });
});

async function authorityCalled(commonName: string): Promise<Uint8Array> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { publicKey, privateKey } = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return await issueCertificate({
    profile: { kind: 'authority' },
    subject: { commonName },
    serialNumber: '01',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2036-01-01T00:00:00Z'),
    publicKey,
    issuerCertificate: null,
    signingKey: privateKey,
  });
}
