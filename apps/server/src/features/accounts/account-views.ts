import type { AccountView, GroupScope, GroupView, InvitationView } from '@trustfleet/api';
import type { Account, HostGroup, Invitation } from '@trustfleet/database';

export function accountView(account: Account, lastSignIn: Date | undefined): AccountView {
  const { id, name, email, role, groups, disabledAt, createdAt } = account;
  return {
    id,
    name,
    email,
    role,
    groups,
    disabled: disabledAt !== null,
    createdAt: createdAt.toISOString(),
    lastSignIn: lastSignIn?.toISOString() ?? null,
  };
}

export function invitationView(invitation: Invitation): InvitationView {
  const { createdAt, expiresAt, ...same } = invitation;
  return { ...same, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}

export function groupView(group: HostGroup): GroupView {
  return { ...group };
}

/** Whether who sees `own` groups may hand out, or touch, `asked`. */
export function isWithin(asked: GroupScope, own: GroupScope): boolean {
  return own === 'all' || (asked !== 'all' && asked.every((id) => own.includes(id)));
}
