import { z } from 'zod';

/** What a route or an event stream may ask of its caller; `public` needs no session. */
export const PERMISSIONS = [
  'public',
  'account.read',
  'accounts.manage',
  'audit.read',
  'bundles.manage',
  'certificates.read',
  'endpoints.manage',
  'endpoints.read',
  'events.read',
  'findings.read',
  'groups.manage',
  'hosts.enrol',
  'hosts.manage',
  'hosts.read',
  'installs.read',
  'orders.approve',
  'orders.create',
  'orders.read',
  'policies.read',
] as const;
export const permission = z.enum(PERMISSIONS);
export type Permission = z.infer<typeof permission>;

export const role = z.enum(['viewer', 'operator', 'approver', 'administrator', 'auditor']);
export type Role = z.infer<typeof role>;

const READ: readonly Permission[] = [
  'public',
  'account.read',
  'certificates.read',
  'endpoints.read',
  'events.read',
  'findings.read',
  'hosts.read',
  'installs.read',
  'orders.read',
  'policies.read',
];

/**
 * Who may what. An operator brings hosts in and orders changes; an approver consents to them (security.md, "second person") and
 * orders none; an auditor reads everything, the audit too, and changes nothing.
 */
export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(READ),
  operator: new Set([...READ, 'hosts.enrol', 'orders.create']),
  approver: new Set([...READ, 'orders.approve']),
  administrator: new Set(PERMISSIONS),
  auditor: new Set([...READ, 'audit.read']),
};
