import type { KeyObject } from 'node:crypto';
import type { Database } from '@trustfleet/database';
import type { DsseEnvelope } from '@trustfleet/protocol';
import { exportPublicKey, keyId, keySetOfServerKey, openKeySet, signKeySet } from '@trustfleet/signing';
import type { Logger } from '../../logging/logger.ts';

/** The fleet's newest key set, as agents get it (security.md, "Keys and who may sign"). */
export interface FleetKeySet {
  readonly version: number;
  readonly envelope: DsseEnvelope;
}

interface KeySetOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly fleetId: string;
  readonly serverKey: KeyObject;
}

/**
 * The stored key set; the first start makes version 1: the server's key alone, which then signs everything. One that this server's key did not
 * sign (the data directory's keys were lost) binds hosts to a key that nobody has: hosts that enrol from now on get a set of the key that is there.
 */
export async function loadKeySet(options: KeySetOptions): Promise<FleetKeySet> {
  const { database, logger, fleetId, serverKey } = options;
  const publicKey = exportPublicKey(serverKey);
  const stored = await database.fleet.keySet();
  if (stored !== null) {
    const opened = openKeySet({
      envelope: stored,
      pinned: keySetOfServerKey({ fleetId, serverKey: publicKey }),
    });
    if (opened.ok) return { version: opened.keySet.version, envelope: stored };
    logger.error(
      { reason: opened.detail },
      'the stored key set is not signed by the key of this data directory: hosts that pinned it have to enrol again',
    );
  }
  const version = 1;
  const envelope = signKeySet(
    {
      format: 1,
      fleetId,
      version,
      threshold: 1,
      keys: [{ keyId: keyId(publicKey), publicKey, roles: ['server'] }],
    },
    [serverKey],
  );
  await database.fleet.storeKeySet(envelope);
  return { version, envelope };
}
