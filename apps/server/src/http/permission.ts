import { SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { Reflector } from '@nestjs/core';
import { ApiProblem } from './api-problem.ts';

/** What a route may ask of its caller. `public` needs no session: only set-up and health are. */
export const PERMISSIONS = [
  'public',
  'account.read',
  'hosts.read',
  'hosts.enrol',
  'findings.read',
  'policies.read',
  'certificates.read',
  'orders.read',
  'orders.create',
  'events.read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export type Role = 'administrator';

/** Who is signed in. */
export interface Viewer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
}

const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  administrator: new Set(PERMISSIONS),
};

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

/** The one place where permissions are checked (issue 3, "Permissions"). */
export class PermissionGuard implements CanActivate {
  private readonly reflector = new Reflector();

  canActivate(context: ExecutionContext): boolean {
    const permission = this.reflector.getAllAndOverride<Permission | undefined>(PERMISSION_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (permission === 'public') return true;
    const viewer = viewerOf(context.switchToHttp().getRequest<IncomingMessage>());
    if (permission !== undefined && ROLE_PERMISSIONS[viewer.role].has(permission)) return true;
    throw new ApiProblem({ status: 403, code: 'forbidden', message: 'Your role does not allow this.' });
  }
}
