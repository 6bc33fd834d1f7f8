import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authDatabase, type Database } from './index.ts';
import { startLab, withDatabase } from './testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

function authOf(database: Database) {
  return betterAuth({
    database: prismaAdapter(authDatabase(database), { provider: 'postgresql', transaction: true }),
    baseURL: 'http://localhost',
    secret: 'only-for-this-test-only-for-this-test',
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
}

const ADMIN = { name: 'Admin', email: 'admin@example.test', password: 'correct horse battery' };

describe('authDatabase', () => {
  it('carries better-auth from sign-up to sign-out', async () => {
    await withDatabase(lab, async (database) => {
      const auth = authOf(database);
      const { user } = await auth.api.signUpEmail({ body: ADMIN });
      expect(await database.accounts.hasAdministrator()).toBe(false);

      expect(await database.accounts.get(user.id)).toBeNull();

      const { headers } = await auth.api.signInEmail({ body: ADMIN, returnHeaders: true });
      const cookie = (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      expect((await auth.api.getSession({ headers: new Headers({ cookie }) }))?.user).toMatchObject({
        id: user.id,
        email: ADMIN.email,
      });
      await auth.api.signOut({ headers: new Headers({ cookie }) });
      expect(await auth.api.getSession({ headers: new Headers({ cookie }) })).toBeNull();
    });
  });

  it('lets nobody in with a wrong password or a second account of the same address', async () => {
    await withDatabase(lab, async (database) => {
      const auth = authOf(database);
      await auth.api.signUpEmail({ body: ADMIN });

      await expect(
        auth.api.signInEmail({ body: { ...ADMIN, password: 'wrong password' } }),
      ).rejects.toMatchObject({ statusCode: 401 });
      await expect(auth.api.signUpEmail({ body: ADMIN })).rejects.toThrow();
    });
  });

  it('takes only a handle of openDatabase', () => {
    expect(() => authDatabase({} as Database)).toThrow(TypeError);
  });
});
