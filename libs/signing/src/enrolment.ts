import type { KeyObject } from 'node:crypto';
import { enrolmentTokenContent, type EnrolmentTokenContent } from '@trustfleet/protocol';
import { canonicalJson } from './canonical-json.ts';
import { constantTimeEqual, sha256Hex } from './digest.ts';
import { signBytes, verifyBytes } from './keys.ts';

const TOKEN_PREFIX = 'tf1.';
/** Far above a real token (about 500 characters), far below anything that hurts. */
const MAX_TOKEN_CHARS = 4096;

/** The text is no enrolment token; the message tells a person what is wrong and never repeats the token. */
export class EnrolmentTokenError extends Error {
  override readonly name = 'EnrolmentTokenError';
}

/** `tf1.` + base64url(canonical JSON). */
export function encodeEnrolmentToken(content: EnrolmentTokenContent): string {
  const json = canonicalJson(enrolmentTokenContent.parse(content));
  return TOKEN_PREFIX + Buffer.from(json, 'utf8').toString('base64url');
}

/** White space around and inside (a wrapped line of a terminal) is forgiven. Throws `EnrolmentTokenError`. */
export function decodeEnrolmentToken(text: string): EnrolmentTokenContent {
  if (text.length > MAX_TOKEN_CHARS)
    throw new EnrolmentTokenError('This is too long for an enrolment token: copy the token alone.');
  const token = text.replaceAll(/\s+/g, '');
  if (!token.startsWith(TOKEN_PREFIX)) {
    throw new EnrolmentTokenError(
      `An enrolment token begins with "${TOKEN_PREFIX}": copy it whole from the dashboard.`,
    );
  }
  const encoded = token.slice(TOKEN_PREFIX.length);
  const bytes = Buffer.from(encoded, 'base64url');
  if (bytes.toString('base64url') !== encoded) throw damaged();
  const parsed = enrolmentTokenContent.safeParse(parseJson(bytes));
  if (!parsed.success) throw damaged();
  return parsed.data;
}

/** What the new key signs: see libs/protocol `enrolRequest`. */
export interface EnrolmentProofContent {
  readonly fleetId: string;
  readonly secret: string;
  /** Raw 32 bytes, base64. */
  readonly publicKey: string;
}

export function signEnrolment(content: EnrolmentProofContent, key: KeyObject): string {
  return signBytes(key, proofBytes(content));
}

export function verifyEnrolment(content: EnrolmentProofContent, signature: string): boolean {
  return verifyBytes(content.publicKey, proofBytes(content), signature);
}

function proofBytes(content: EnrolmentProofContent): Uint8Array {
  return Buffer.from(
    `trustfleet-enrol-v1\n${content.fleetId}\n${content.secret}\n${content.publicKey}`,
    'utf8',
  );
}

function damaged(): EnrolmentTokenError {
  return new EnrolmentTokenError(
    'The enrolment token is damaged or incomplete: copy it whole from the dashboard, or make a new one.',
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) throw damaged();
    throw error;
  }
}

/** Value of the `Authorization` header at the upgrade. */
export function formatAgentAuthorization(hostId: string, secret: string): string {
  return `Trustfleet ${hostId}.${secret}`;
}

const AUTHORIZATION = /^Trustfleet ([0-9a-f-]{36})\.([A-Za-z0-9_-]{32,128})$/;

/** Null for anything that is not exactly what `formatAgentAuthorization` writes. */
export function parseAgentAuthorization(header: string): { hostId: string; secret: string } | null {
  const [, hostId, secret] = (header.length <= 256 ? AUTHORIZATION.exec(header) : null) ?? [];
  return hostId === undefined || secret === undefined ? null : { hostId, secret };
}

/** What the server keeps of a host's secret: SHA-256 of its text, hex. The secret is 32 random bytes, so no slow hash is needed. */
export function hashAgentSecret(secret: string): string {
  return sha256Hex(secret);
}

/** Constant time; with `undefined` (no such host) it does the same work and says no. */
export function agentSecretMatches(secret: string, secretHash: string | undefined): boolean {
  const equal = constantTimeEqual(hashAgentSecret(secret), secretHash ?? '0'.repeat(64));
  return equal && secretHash !== undefined;
}
