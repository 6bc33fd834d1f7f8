import { z } from 'zod';
import { permission, role } from './permissions.ts';
import { instant } from './primitives.ts';

const personName = z.string().trim().min(1).max(100);
const password = z.string().min(12).max(200);

/** First administrator, by the one-time link that the server printed. */
export const setupRequest = z.object({
  token: z.string().min(20).max(200),
  name: personName,
  email: z.email().max(200),
  password,
});
/** `needed`: no administrator exists yet. Readable without signing in; says nothing else. */
export const setupStatus = z.object({ needed: z.boolean() });

/** Groups of hosts that a person sees; `all` includes groups made later. */
export const groupScope = z.union([z.literal('all'), z.array(z.uuid()).min(1).max(200)]);
export type GroupScope = z.infer<typeof groupScope>;

export const me = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role,
  groups: groupScope,
  /** What the role allows: the screens show no action that the server would refuse. */
  permissions: z.array(permission),
});
export type Me = z.infer<typeof me>;

export const accountView = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role,
  groups: groupScope,
  disabled: z.boolean(),
  createdAt: instant,
  lastSignIn: instant.nullable(),
});
export type AccountView = z.infer<typeof accountView>;

export const invitationView = z.object({
  id: z.uuid(),
  email: z.string(),
  role,
  groups: groupScope,
  createdBy: z.string(),
  createdAt: instant,
  expiresAt: instant,
});
export type InvitationView = z.infer<typeof invitationView>;

/** Accounts, and invitations that still work. */
export const accountList = z.object({ accounts: z.array(accountView), invitations: z.array(invitationView) });
export type AccountList = z.infer<typeof accountList>;

/** The last administrator can be neither disabled nor given another role (409 `lastAdministrator`). */
export const updateAccount = z.object({
  role: role.optional(),
  groups: groupScope.optional(),
  disabled: z.boolean().optional(),
});
export type UpdateAccount = z.infer<typeof updateAccount>;

export const createInvitation = z.object({
  email: z.email().max(200),
  role,
  groups: groupScope.default('all'),
});
/** `url` is shown once: only the hash of its token is kept. It works once, for 72 hours. */
export const createdInvitation = invitationView.extend({ url: z.string() });
export type CreatedInvitation = z.infer<typeof createdInvitation>;

/** Public, with the link's token: who is invited as what. Answers 403 `invalidInvitation` for any other token. */
export const invitationStatus = z.object({ email: z.string(), role, expiresAt: instant });
export const inspectInvitation = z.object({ token: z.string().min(20).max(200) });
export const acceptInvitation = inspectInvitation.extend({ name: personName, password });

export const groupView = z.object({
  id: z.uuid(),
  name: z.string(),
  isDefault: z.boolean(),
  hosts: z.int(),
});
export type GroupView = z.infer<typeof groupView>;
export const groupList = z.object({ items: z.array(groupView) });
export const createGroup = z.object({ name: z.string().trim().min(1).max(100) });

export const createEnrolmentToken = z.object({
  uses: z.int().min(1).max(1000).default(1),
  expiresInHours: z.int().min(1).max(168).default(24),
  /** Where hosts that enrol with it go; the default group otherwise. */
  groupId: z.uuid().optional(),
});
/** `token` is shown once: only its hash is kept. */
export const createdEnrolmentToken = z.object({
  id: z.uuid(),
  token: z.string(),
  command: z.string(),
  expiresAt: instant,
  uses: z.int(),
});
export type CreatedEnrolmentToken = z.infer<typeof createdEnrolmentToken>;

/** One that still admits hosts; its secret is shown by nothing. */
export const enrolmentTokenView = z.object({
  id: z.uuid(),
  /** Where hosts that enrol with it go. */
  group: z.object({ id: z.uuid(), name: z.string() }),
  usesLeft: z.int(),
  maxUses: z.int(),
  createdBy: z.string(),
  createdAt: instant,
  expiresAt: instant,
});
export type EnrolmentTokenView = z.infer<typeof enrolmentTokenView>;
/** Newest first. */
export const enrolmentTokenList = z.object({ items: z.array(enrolmentTokenView) });
