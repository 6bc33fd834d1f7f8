import { sha256Hex } from '@trustfleet/certificates';
import type { Policy } from './types.ts';

export interface FindingIdentity {
  readonly rule: Policy['rule'];
  readonly kind: string;
  /** What tells this subject from others of its kind on the same host: a store's id, a file's path. */
  readonly subject: string;
  /** SHA-256 of the anchor; null where the whole subject is meant. */
  readonly anchor: string | null;
}

/** Hashed, because a path may have 4096 bytes, more than a PostgreSQL index row takes. */
export function findingKey({ rule, kind, subject, anchor }: FindingIdentity): string {
  return `${rule}:${sha256Hex(new TextEncoder().encode(JSON.stringify([kind, subject, anchor])))}`;
}
