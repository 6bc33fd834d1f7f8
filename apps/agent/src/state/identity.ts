import { join } from 'node:path';
import type { AgentIdentity } from '@trustfleet/agent-link';
import { base64, keySet, shortText, uuid, type KeySet } from '@trustfleet/protocol';
import { z } from 'zod';
import { CliError } from '@trustfleet/terminal';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const KEY_FILE = 'host-key.json';
/** With it the machine is enrolled. */
export const IDENTITY_FILE = 'identity.json';
const KEY_SET_FILE = 'key-set.json';

/** The host's Ed25519 key as its seed; a file of its own, so that nothing else that is read or copied carries it. */
const keyFile = z.strictObject({ format: z.literal(1), seed: base64.length(44) });

const identityFile = z.strictObject({
  format: z.literal(1),
  address: z.url(),
  fleetId: uuid,
  hostId: uuid,
  secret: z.string().min(32).max(128),
  caCertificate: z.string(),
  serverKey: base64,
  /** Name given at enrolment in place of the machine's own; null where it reports its own. */
  name: shortText.nullable(),
  enrolledAt: z.iso.datetime(),
});
/** The pinned key set, verified before it was written. An agent that enrolled before there were key sets has no such file. */
const keySetFile = z.strictObject({ format: z.literal(1), keySet });

export type StoredIdentity = z.infer<typeof identityFile>;

export interface LoadedIdentity {
  readonly link: AgentIdentity;
  readonly name: string | null;
  readonly enrolledAt: string;
}

/** The seed of the host's key, made by `random` when there is none yet: on disk before the server hears of it. */
export async function ensureKeySeed(stateDir: string, random: () => Uint8Array): Promise<Uint8Array> {
  const path = join(stateDir, KEY_FILE);
  const stored = await readJsonFile(path, keyFile);
  if (stored !== null) return new Uint8Array(Buffer.from(stored.seed, 'base64'));
  const seed = random();
  await writeJsonFile(path, { format: 1, seed: Buffer.from(seed).toString('base64') });
  return seed;
}

/** identity.json is written last: with it the machine is enrolled, and what it needs stands there already. */
export async function saveIdentity(
  stateDir: string,
  identity: AgentIdentity,
  facts: { name: string | null; enrolledAt: string },
): Promise<void> {
  const { address, fleetId, hostId, secret, caCertificate, serverKey } = identity;
  const stored = { format: 1, address, fleetId, hostId, secret, caCertificate, serverKey, ...facts };
  if (identity.keySet) {
    await writeJsonFile(join(stateDir, KEY_SET_FILE), { format: 1, keySet: identity.keySet });
  }
  await writeJsonFile(join(stateDir, IDENTITY_FILE), identityFile.parse(stored));
}

/** What is known without the key: enough for `status`. */
export const readIdentity = (stateDir: string): Promise<StoredIdentity | null> =>
  readJsonFile(join(stateDir, IDENTITY_FILE), identityFile);

async function readKeySet(stateDir: string, fleetId: string): Promise<KeySet | null> {
  const path = join(stateDir, KEY_SET_FILE);
  const stored = await readJsonFile(path, keySetFile);
  if (stored === null || stored.keySet.fleetId === fleetId) return stored?.keySet ?? null;
  throw new CliError(
    `${path} is of fleet ${stored.keySet.fleetId}, this host belongs to ${fleetId}. Restore the file that belongs here, or move the state directory away and enrol again.`,
  );
}

/** Null when this machine is not enrolled. */
export async function loadIdentity(stateDir: string): Promise<LoadedIdentity | null> {
  const identity = await readIdentity(stateDir);
  if (identity === null) return null;
  const key = await readJsonFile(join(stateDir, KEY_FILE), keyFile);
  if (key === null)
    throw new CliError(
      `${join(stateDir, KEY_FILE)} is missing, and without it this host cannot prove who it is. Move ${join(stateDir, IDENTITY_FILE)} away and enrol again.`,
    );
  const { name, enrolledAt, address, fleetId, hostId, secret, caCertificate, serverKey } = identity;
  return {
    link: {
      ...{ address, fleetId, hostId, secret, caCertificate, serverKey },
      keySeed: key.seed,
      keySet: await readKeySet(stateDir, fleetId),
    },
    name,
    enrolledAt,
  };
}
