import 'reflect-metadata';
import { SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { ROLE_PERMISSIONS, type GroupScope, type Permission, type Role } from '@trustfleet/api';
import type { Actor } from '@trustfleet/database';
import { ApiProblem } from './api-problem.ts';

export type { Permission, Role };

/** Who is signed in, as the account is at this request. Also libs/database `Viewer`: reading methods take it as it is. */
export interface Viewer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly groups: GroupScope;
  /** Of the session, not its token. */
  readonly sessionId: string;
}

/** The person, as the audit names who did something. */
export function actorOf(viewer: Pick<Viewer, 'id' | 'name'>): Actor {
  return { kind: 'person', id: viewer.id, name: viewer.name };
}

const PERMISSION_KEY = 'trustfleet:permission';
const viewers = new WeakMap<IncomingMessage, Viewer>();

/** Names the permission of a route; a route without one answers nobody. */
export const RequirePermission = (permission: Permission) => SetMetadata(PERMISSION_KEY, permission);

/** Remembers who sent a request; only the session check does this. */
export function setViewer(request: IncomingMessage, viewer: Viewer): void {
  viewers.set(request, viewer);
}

/** The signed-in sender. @throws ApiProblem 401 when nobody is */
export function viewerOf(request: IncomingMessage): Viewer {
  const viewer = viewers.get(request);
  if (viewer === undefined)
    throw new ApiProblem({ status: 401, code: 'signInNeeded', message: 'Sign in first.' });
  return viewer;
}

/** What concerns the fleet as a whole and cannot be cut by group: the chain of the audit, and the groups themselves. */
const WHOLE_FLEET: ReadonlySet<Permission> = new Set(['audit.read', 'groups.manage']);

/** What a person may: the role's permissions, without those over the whole fleet where the person sees only some groups. */
export function permissionsOf({ role, groups }: Pick<Viewer, 'role' | 'groups'>): ReadonlySet<Permission> {
  const all = ROLE_PERMISSIONS[role];
  return groups === 'all' ? all : new Set([...all].filter((permission) => !WHOLE_FLEET.has(permission)));
}

/**
 * The one place where permissions are checked (issue 3, "Permissions"); `undefined` stands for a route that names none.
 * @throws ApiProblem 401 where nobody is signed in, 403 where the person may not
 */
export function checkPermission(request: IncomingMessage, permission: Permission | undefined): void {
  if (permission === 'public') return;
  const viewer = viewerOf(request);
  if (permission !== undefined && permissionsOf(viewer).has(permission)) return;
  throw new ApiProblem({ status: 403, code: 'forbidden', message: 'Your role does not allow this.' });
}

/** The permission that a handler, or its controller, names. */
export function permissionNamedBy(...targets: readonly object[]): Permission | undefined {
  return targets
    .map((target) => Reflect.getMetadata(PERMISSION_KEY, target) as Permission | undefined)
    .find((permission) => permission !== undefined);
}

/** Checks every route of the API before its handler runs. */
export class PermissionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    checkPermission(request, permissionNamedBy(context.getHandler(), context.getClass()));
    return true;
  }
}
