import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PERMISSIONS, ROLE_PERMISSIONS, role as roles, type Permission, type Role } from '@trustfleet/api';
import type { Express } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIGN_IN_ROUTES } from '../features/accounts/sign-in.ts';
import { hollowApp } from '../testing/hollow-app.ts';
import { Page, personWith, type ServerLab, startServerLab, type TestServer } from '../testing/test-server.ts';
import type { ApiApp } from './app.ts';
import { RequirePermission } from './permission.ts';
import { requirePermissions, routesOf, type Route } from './routes.ts';

let lab: ServerLab;
let server: TestServer;
let app: ApiApp;
const people = new Map<Role, Page>();

beforeAll(async () => {
  lab = await startServerLab();
  ({ server } = lab);
  const { page: administrator } = lab;
  for (const role of roles.options)
    people.set(role, role === 'administrator' ? administrator : await personWith(administrator, { role }));
  // The same controllers, without anything behind them: only to walk their routes.
  app = await hollowApp();
});
afterAll(async () => {
  await app.close();
  await lab.stop();
});

/** An address of the route at which nothing is. */
function addressOf(path: string): string {
  return path
    .replace(':sha256', 'f'.repeat(64))
    .replace(/:[a-zA-Z]+/g, '01890000-0000-7000-8000-000000000000');
}

/** Asks as `page` and leaves at the headers: streams never end. */
async function ask(page: Page, { method, path }: Pick<Route, 'method' | 'path'>) {
  const leave = new AbortController();
  const headers: Record<string, string> = { origin: page.origin };
  if (page.cookie !== null) headers['cookie'] = page.cookie;
  if (method !== 'GET') headers['content-type'] = 'application/json';
  const response = await fetch(page.origin + addressOf(path), {
    method,
    headers,
    body: method === 'GET' ? null : '{}',
    signal: leave.signal,
  });
  const problem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  const code = problem ? ((await response.json()) as { code: string }).code : null;
  leave.abort();
  return { status: response.status, code };
}

/** What an address of the router that no controller serves asks for. */
const OUTSIDE: readonly { readonly path: RegExp; readonly permission: Permission }[] = [
  { path: /^\/api\/docs/, permission: 'account.read' },
];

describe('every route', { timeout: 120_000 }, () => {
  it('names one permission of the list', () => {
    expect(app.routes.length).toBeGreaterThan(25);
    for (const { method, path, permission } of app.routes)
      expect(PERMISSIONS, `${method} ${path}`).toContain(permission);
    const paths = app.routes.map(({ path }) => path);
    for (const path of ['/events', '/healthz', '/readyz', '/api/v1/setup', '/api/v1/audit/export'])
      expect(paths).toContain(path);
  });

  it('of the router is one of these, of sign-in or of the documentation', () => {
    const known = new Set(app.routes.map(({ method, path }) => `${method} ${path}`));
    const { stack } = (app.listener as unknown as Express).router;
    const served = stack.flatMap(({ route }) =>
      route === undefined
        ? []
        : route.stack.map(({ method }) => ({ method: method.toUpperCase(), path: route.path })),
    );

    expect(served.length).toBeGreaterThan(known.size);
    const strangers = served.filter(
      ({ method, path }) =>
        !known.has(`${method} ${path}`) &&
        !SIGN_IN_ROUTES.has(`${method} ${path}`) &&
        !OUTSIDE.some((outside) => outside.path.test(path)),
    );
    expect(strangers).toEqual([]);
  });

  it('that names none keeps the server from starting', async () => {
    @Controller('/forgotten')
    class ForgottenController {
      @Get('this')
      forgotten() {
        return 'everybody gets it';
      }

      @Get('that')
      @RequirePermission('hosts.read')
      fine() {
        return 'fine';
      }
    }
    @Module({ controllers: [ForgottenController] })
    class ForgottenModule {}
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes a literal
    const forgotten = await NestFactory.create(ForgottenModule, { logger: false });

    expect(() => {
      requirePermissions(routesOf(forgotten));
    }).toThrow(/GET \/forgotten\/this \(ForgottenController\.forgotten\)/);
    expect(() => {
      requirePermissions(routesOf(forgotten));
    }).not.toThrow(/that/);
    await forgotten.close();
  });

  it('asks a visitor to sign in, unless it is public', async () => {
    const visitor = new Page(server.ready.url);
    for (const route of app.routes) {
      const { status, code } = await ask(visitor, route);
      const where = `${route.method} ${route.path}`;
      if (route.permission === 'public') expect(status, where).not.toBe(401);
      else expect({ status, code }, where).toEqual({ status: 401, code: 'signInNeeded' });
    }
  });

  it.each(roles.options)('answers the %s by the table', async (role) => {
    const page = people.get(role);
    if (page === undefined) throw new Error('nobody of this role');
    for (const route of app.routes) {
      const answer = await ask(page, route);
      const where = `${role}: ${route.method} ${route.path} (${String(route.permission)})`;
      if (ROLE_PERMISSIONS[role].has(route.permission ?? 'public')) {
        expect([401, 403], where).not.toContain(route.permission === 'public' ? 0 : answer.status);
        expect(answer.code, where).not.toBe('forbidden');
      } else {
        expect(answer, where).toEqual({ status: 403, code: 'forbidden' });
      }
    }
    const { status } = await ask(page, { method: 'GET', path: '/api/docs-json' });
    expect(status).toBe(200);
  });

  it('me says what the role allows', async () => {
    for (const [role, page] of people) {
      const { body } = await page.get<{ permissions: Permission[]; groups: unknown }>('/api/v1/me');
      expect(body).toMatchObject({ role, groups: 'all' });
      expect(new Set(body.permissions)).toEqual(ROLE_PERMISSIONS[role]);
    }
  });
});
