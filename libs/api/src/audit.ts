import { z } from 'zod';
import { instant, sha256Hex } from './primitives.ts';

/** Every action that is recorded; the dashboard's catalogue has words for each. */
export const AUDIT_ACTIONS = [
  'account.update',
  'bundle.make',
  'endpoint.create',
  'endpoint.remove',
  'endpoint.update',
  'enrolmentToken.create',
  'enrolmentToken.revoke',
  'group.create',
  'host.enrol',
  'host.move',
  'host.quarantine',
  'host.release',
  'host.request',
  'host.revoke',
  'host.settings',
  'host.withdrawSettings',
  'invitation.accept',
  'invitation.create',
  'invitation.revoke',
  'job.cancel',
  'job.finished',
  'order.cancel',
  'order.create',
  'order.undo',
  'policy.create',
  'session.failed',
  'session.signIn',
  'session.signOut',
  'setup.complete',
  'setup.link',
] as const;
export const auditAction = z.enum(AUDIT_ACTIONS);
export type AuditAction = z.infer<typeof auditAction>;

/** What a person did, as it stands in the chain (libs/audit says what the hash is over). */
export const auditEntryView = z.object({
  seq: z.int(),
  at: instant,
  actor: z.object({
    kind: z.enum(['person', 'host', 'server']),
    id: z.string().nullable(),
    name: z.string(),
  }),
  /** One of `AUDIT_ACTIONS`; an older chain may hold others, and stays readable. */
  action: z.string(),
  subject: z.object({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
  /** Canonical JSON text, exactly the bytes that the hash is over. */
  detail: z.string(),
  previous: sha256Hex,
  hash: sha256Hex,
});
export type AuditEntryView = z.infer<typeof auditEntryView>;

/** Newest first; `before` a seq, for the next page. */
export const auditQuery = z.object({
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  action: z.string().max(64).optional(),
  q: z.string().max(200).default(''),
});
export type AuditQuery = z.infer<typeof auditQuery>;
export const auditPage = z.object({ items: z.array(auditEntryView), more: z.boolean() });

/**
 * GET /api/v1/audit/export answers application/x-ndjson: one `auditEntryView` a line, oldest first, then one `auditHead`.
 * `after` a seq gives only later ones.
 */
export const auditExportQuery = z.object({ after: z.coerce.number().int().nonnegative().default(0) });

/** The end of the chain, signed by the server's key over `trustfleet-audit-head-v1\n<fleetId>\n<seq>\n<hash>\n<at>`. */
export const auditHead = z.object({
  head: z.object({
    fleetId: z.uuid(),
    seq: z.int().nonnegative(),
    hash: sha256Hex,
    at: instant,
    serverKey: z.string(),
    signature: z.string(),
  }),
});
export type AuditHead = z.infer<typeof auditHead>;
