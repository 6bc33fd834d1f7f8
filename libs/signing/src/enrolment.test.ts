import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agentSecretMatches,
  decodeEnrolmentToken,
  encodeEnrolmentToken,
  EnrolmentTokenError,
  formatAgentAuthorization,
  hashAgentSecret,
  keyPairFromSeed,
  parseAgentAuthorization,
  signEnrolment,
  verifyEnrolment,
} from './index.ts';

const host = keyPairFromSeed('ed25519', Buffer.alloc(32, 5));
const content = {
  address: 'https://127.0.0.1:4601',
  fleetId: '11111111-1111-4111-8111-111111111111',
  caPin: 'c'.repeat(64),
  serverKey: host.publicKey,
  secret: 's'.repeat(43),
};

describe('enrolment token', () => {
  it('comes back as it went, also wrapped by a terminal', () => {
    const token = encodeEnrolmentToken(content);

    expect(token).toMatch(/^tf1\.[A-Za-z0-9_-]+$/);
    expect(decodeEnrolmentToken(token)).toEqual(content);
    expect(decodeEnrolmentToken(`  ${token.slice(0, 80)}\r\n ${token.slice(80)}\n`)).toEqual(content);
  });

  it('keeps the fields of a newer server', () => {
    expect(decodeEnrolmentToken(encodeEnrolmentToken({ ...content, group: 'render' }))).toEqual({
      ...content,
      group: 'render',
    });
  });

  it.each([
    '',
    'tf1.',
    'tf2.e30',
    'tf1.e30',
    'tf1.!!!!',
    'tf1.e30=',
    `tf1.${Buffer.from(JSON.stringify({ ...content, address: 'http://127.0.0.1' })).toString('base64url')}`,
    `tf1.${Buffer.from(JSON.stringify({ ...content, caPin: 'x' })).toString('base64url')}`,
    `tf1.${Buffer.from([0xff, 0xfe]).toString('base64url')}`,
    'a'.repeat(100_000),
  ])('refuses a text that is none, without repeating it', (text) => {
    expect(() => decodeEnrolmentToken(text)).toThrow(EnrolmentTokenError);
  });

  it('throws nothing else for any text, and never shows the secret', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String().map((t) => `tf1.${t}`),
        ),
        (text) => {
          expect(() => decodeEnrolmentToken(text)).toThrow(EnrolmentTokenError);
        },
      ),
    );
    const cut = encodeEnrolmentToken(content).slice(0, -5);
    expect(() => decodeEnrolmentToken(cut)).toThrow(/damaged or incomplete/);
    expect(() => decodeEnrolmentToken(cut)).not.toThrow(/ssss/);
  });
});

describe('proof of possession', () => {
  it('holds for this key, fleet and secret alone', () => {
    const proof = { fleetId: content.fleetId, secret: content.secret, publicKey: host.publicKey };
    const signature = signEnrolment(proof, host.privateKey);
    const other = keyPairFromSeed('ed25519', Buffer.alloc(32, 6));

    expect(verifyEnrolment(proof, signature)).toBe(true);
    expect(verifyEnrolment({ ...proof, secret: 't'.repeat(43) }, signature)).toBe(false);
    expect(verifyEnrolment({ ...proof, fleetId: 'x' }, signature)).toBe(false);
    expect(verifyEnrolment({ ...proof, publicKey: other.publicKey }, signature)).toBe(false);
  });
});

describe('the first gate', () => {
  const hostId = '22222222-2222-4222-8222-222222222222';

  it('writes and reads the header', () => {
    const header = formatAgentAuthorization(hostId, content.secret);

    expect(parseAgentAuthorization(header)).toEqual({ hostId, secret: content.secret });
  });

  it.each([
    '',
    'Bearer x',
    `Trustfleet ${hostId}`,
    `Trustfleet ${hostId}.short`,
    `trustfleet ${hostId}.${content.secret}`,
    `Trustfleet __proto__.${content.secret}`,
    `Trustfleet ${hostId}.${'a'.repeat(10_000)}`,
  ])('reads nothing from %j', (header) => {
    expect(parseAgentAuthorization(header)).toBeNull();
  });

  it('knows the secret by its hash, and no host by none', () => {
    const hash = hashAgentSecret(content.secret);

    expect(agentSecretMatches(content.secret, hash)).toBe(true);
    expect(agentSecretMatches('t'.repeat(43), hash)).toBe(false);
    expect(agentSecretMatches(content.secret, undefined)).toBe(false);
    expect(agentSecretMatches(content.secret, '')).toBe(false);
  });
});
