import { createHash, randomBytes } from 'node:crypto';

/** A secret for a link that works once: shown to one person, of which only the hash is kept. */
export function newLinkToken(): { readonly token: string; readonly hash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashOfLink(token) };
}

/** SHA-256 hex: enough for 256 random bits. */
export function hashOfLink(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
