import type { AuditRecord, OpenEnrolmentToken } from '@trustfleet/database';

/** By its id alone: the token itself and its hash are in no record. `group` null: where hosts go by default. */
export function tokenRecord(
  action: 'enrolmentToken.create' | 'enrolmentToken.revoke',
  token: Pick<OpenEnrolmentToken, 'id' | 'maxUses' | 'expiresAt'> & {
    readonly group: { readonly id: string } | null;
  },
): AuditRecord {
  const { id, maxUses, group, expiresAt } = token;
  return {
    action,
    subject: { kind: 'enrolmentToken', id, name: null },
    detail: { uses: maxUses, group: group?.id ?? null, expiresAt: expiresAt.toISOString() },
  };
}
