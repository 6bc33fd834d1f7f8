import {
  SYSTEM,
  type Account,
  type AuditRecord,
  type ChangeRepositories,
  type Invitation,
} from '@trustfleet/database';
import { permissionsOf } from '../../http/permission.ts';
import { tokenRecord } from '../fleet/token-record.ts';
import { isWithin } from './account-views.ts';

export function invitationRecord(action: AuditRecord['action'], invitation: Invitation): AuditRecord {
  const { id, email, role, groups, expiresAt } = invitation;
  return {
    action,
    subject: { kind: 'invitation', id, name: email },
    detail: { role, groups, expiresAt: expiresAt.toISOString() },
  };
}

/**
 * Ends the invitations and the enrolment tokens that an account made and may not make any more, as it is after its change: a link works no
 * longer than its maker's right. Answers one row of the audit each.
 */
export async function endLinks(
  { invitations, tokens }: Pick<ChangeRepositories, 'invitations' | 'tokens'>,
  maker: Account,
  now: Date,
): Promise<AuditRecord[]> {
  const rights = maker.disabledAt === null ? permissionsOf(maker) : new Set();
  const audit: AuditRecord[] = [];
  for (const invitation of await invitations.openOf(maker.id, now)) {
    if (rights.has('accounts.manage') && isWithin(invitation.groups, maker.groups)) continue;
    const ended = await invitations.revoke(invitation.id, now);
    if (ended !== null) audit.push(invitationRecord('invitation.revoke', ended));
  }
  for (const token of await tokens.openOf(maker.id, now)) {
    if (rights.has('hosts.enrol') && isWithin([token.group.id], maker.groups)) continue;
    const ended = await tokens.revoke(SYSTEM, { id: token.id, now });
    if (ended !== null) audit.push(tokenRecord('enrolmentToken.revoke', ended));
  }
  return audit;
}
