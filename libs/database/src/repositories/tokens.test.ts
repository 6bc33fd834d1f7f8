import { randomUUID } from 'node:crypto';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, SetupTokenChanges, SetupTokenRepository, TokenChanges } from '../index.ts';
import { addHost, changed, hashOf, later, NOW, startLab, withDatabase } from '../testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

const token = (hash: string, maxUses: number) => ({
  id: randomUUID(),
  hash,
  maxUses,
  createdAt: NOW,
  createdBy: 'Admin',
  expiresAt: later(60),
});

/** Each call a change of its own. */
function tokensOf(database: Database): Pick<TokenChanges, 'create' | 'consume'> {
  return {
    create: (created) => changed(database, ({ tokens }) => tokens.create(created)),
    consume: (use) => changed(database, ({ tokens }) => tokens.consume(use)),
  };
}

function setupTokensOf(database: Database): SetupTokenRepository & SetupTokenChanges {
  return {
    isValid: (use) => database.setupTokens.isValid(use),
    replace: (token) => changed(database, ({ setupTokens }) => setupTokens.replace(token)),
    consume: (use) => changed(database, ({ setupTokens }) => setupTokens.consume(use)),
  };
}

describe('enrolment tokens', () => {
  it.each([
    [1, 20],
    [5, 20],
  ])('%i use(s) admit that many of %i callers at once', async (uses, callers) => {
    await withDatabase(lab, async (database) => {
      const tokens = tokensOf(database);
      await tokens.create(token('h', uses));

      const kinds = await Promise.all(
        Array.from({ length: callers }, () => tokens.consume({ hash: 'h', now: NOW })),
      );

      expect(kinds.filter(({ kind }) => kind === 'consumed')).toHaveLength(uses);
      expect(kinds.filter(({ kind }) => kind === 'used')).toHaveLength(callers - uses);
    });
  });

  it('tells unknown, expired and used apart', async () => {
    await withDatabase(lab, async (database) => {
      const tokens = tokensOf(database);
      await tokens.create(token('h', 1));

      expect(await tokens.consume({ hash: 'other', now: NOW })).toEqual({ kind: 'unknown' });
      expect(await tokens.consume({ hash: 'h', now: later(60) })).toEqual({ kind: 'expired' });
      expect(await tokens.consume({ hash: 'h', now: later(59) })).toMatchObject({ kind: 'consumed' });
      expect(await tokens.consume({ hash: 'h', now: later(59) })).toEqual({ kind: 'used' });
    });
  });

  it('gives the use back when the rest of the transaction fails', async () => {
    await withDatabase(lab, async (database) => {
      await tokensOf(database).create(token('h', 1));
      const id = await addHost(database);

      const enrolment = changed(database, async (repositories) => {
        await repositories.tokens.consume({ hash: 'h', now: NOW });
        await repositories.hosts.create({
          id,
          name: 'again',
          platform: 'linux',
          publicKey: new Uint8Array(32),
          secretHash: '',
          agentVersion: '1',
          enrolledAt: NOW,
        });
      });

      await expect(enrolment).rejects.toThrow();
      expect(await tokensOf(database).consume({ hash: 'h', now: NOW })).toMatchObject({ kind: 'consumed' });
    });
  });
});

describe('setup tokens', () => {
  it('are taken once, by one of many', async () => {
    await withDatabase(lab, async (database) => {
      const setupTokens = setupTokensOf(database);
      await setupTokens.replace({ hash: 'h', createdAt: NOW, expiresAt: later(60) });
      expect(await setupTokens.isValid({ hash: 'h', now: NOW })).toBe(true);

      const taken = await Promise.all(
        Array.from({ length: 10 }, () => setupTokens.consume({ hash: 'h', now: NOW })),
      );

      expect(taken.filter(Boolean)).toHaveLength(1);
      expect(await setupTokens.isValid({ hash: 'h', now: NOW })).toBe(false);
    });
  });

  it('stop working when replaced or expired', async () => {
    await withDatabase(lab, async (database) => {
      const setupTokens = setupTokensOf(database);
      await setupTokens.replace({ hash: 'old', createdAt: NOW, expiresAt: later(60) });
      await setupTokens.replace({ hash: 'new', createdAt: NOW, expiresAt: later(60) });

      expect(await setupTokens.consume({ hash: 'old', now: NOW })).toBe(false);
      expect(await setupTokens.consume({ hash: 'new', now: later(60) })).toBe(false);
      expect(await setupTokens.consume({ hash: 'new', now: NOW })).toBe(true);
    });
  });
});

describe('fleet', () => {
  it('is one, however many processes start at once', async () => {
    await withDatabase(lab, async ({ fleet }) => {
      const fleets = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          fleet.getOrCreate({ id: randomUUID(), name: `n${index}`, now: NOW }),
        ),
      );

      expect(new Set(fleets.map(({ id }) => id)).size).toBe(1);
    });
  });
});

describe('certificates', () => {
  const record = (name: string) => ({
    sha256: hashOf(name),
    sha1: 'A'.repeat(40),
    spkiSha256: hashOf(`${name} key`),
    subject: `CN=${name}`,
    issuer: `CN=${name}`,
    commonName: name,
    notBefore: NOW,
    notAfter: later(1),
    keyType: 'rsa',
    keyBits: 2048,
    signatureAlgorithm: 'sha256WithRSAEncryption',
    isAuthority: true,
    selfSigned: true,
    serial: '01',
    der: new Uint8Array([1, 2, 3]),
  });

  it('asks for what is neither held nor rejected, once each', async () => {
    await withDatabase(lab, async ({ certificates }) => {
      await certificates.store([record('held')]);
      await certificates.reject([{ sha256: hashOf('bad'), reason: 'no ASN.1 \0', at: NOW }]);

      const asked = [hashOf('new'), hashOf('held'), hashOf('bad'), hashOf('new')];

      expect(await certificates.unknownOf(asked)).toEqual([hashOf('new')]);
      expect(await certificates.unknownOf([])).toEqual([]);
    });
  });

  it('gives back what was stored and ignores a second copy', async () => {
    await withDatabase(lab, async ({ certificates }) => {
      await certificates.store([record('a'), record('b')]);
      await certificates.store([{ ...record('a'), subject: 'changed' }]);

      const got = await certificates.get(hashOf('a'));

      expect(got).toEqual({ ...record('a'), der: expect.anything() as unknown });
      expect(Buffer.from(got!.der)).toEqual(Buffer.from([1, 2, 3]));
      expect(await certificates.get(hashOf('none'))).toBeNull();
    });
  });

  it('stores what a hostile certificate says, as near as the database can', async () => {
    await withDatabase(lab, async ({ certificates }) => {
      const hostile = {
        ...record('hostile'),
        subject: 'CN=a\0<b>\ud800',
        notBefore: new Date('-000001-01-01T00:00:00Z'),
        notAfter: new Date(8.64e15),
      };

      await certificates.store([record('good'), hostile]);

      const got = await certificates.get(hashOf('hostile'));
      expect(got?.subject).toBe('CN=a\uFFFD<b>\uFFFD');
      expect([got?.notBefore.getUTCFullYear(), got?.notAfter.getUTCFullYear()]).toEqual([1, 9999]);
      expect(await certificates.get(hashOf('good'))).not.toBeNull();
    });
  });

  it('survives two batches with the same rows in opposite order', async () => {
    await withDatabase(lab, async ({ certificates }) => {
      const records = Array.from({ length: 100 }, (_, index) => record(`c${index}`));

      await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          certificates.store(index % 2 === 0 ? records : records.toReversed()),
        ),
      );

      expect((await certificates.getMany(records.map(({ sha256 }) => sha256))).size).toBe(100);
    });
  });
});
