import { z } from 'zod';
import { dsseEnvelope } from './orders.ts';
import { base64, shortText, uuid } from './primitives.ts';

/** DSSE payload type of the key-set document (security.md, "Keys and who may sign"). */
export const KEY_SET_PAYLOAD_TYPE = 'application/vnd.trustfleet.keyset.v1+json';

/** `server` signs handshakes, jobs and server time; `approver` signs orders of class `trust` and `code`, outside the server. */
export const keyRole = z.enum(['server', 'approver']);
export type KeyRole = z.infer<typeof keyRole>;

/** Who may sign what. Version n + 1 is signed by the server keys of both n and n + 1. */
export const keySet = z.looseObject({
  format: z.literal(1),
  fleetId: uuid,
  version: z.int().positive(),
  /** Approver signatures that an order of class `trust` or `code` needs; without approver keys the server's key signs everything. */
  threshold: z.int().min(1).max(16),
  keys: z
    .array(
      z.looseObject({
        keyId: z.string().max(128),
        publicKey: base64.max(64),
        roles: z.array(keyRole).min(1),
      }),
    )
    .min(1)
    .max(32),
});
export type KeySet = z.infer<typeof keySet>;

/**
 * Server → agent: a change of the agent's own connection. The agent writes it down as a candidate, connects with it (full signed
 * handshake up to `welcome`), and keeps it or goes back to what it had; a crash between any two steps ends in one of the two.
 */
export const settings = z.looseObject({
  type: z.literal('settings'),
  id: uuid,
  candidate: z.looseObject({
    /** https://host:port of the agent port */
    address: z.url({ protocol: /^https$/ }).optional(),
    /** PEM of the fleet CA. */
    caCertificate: z
      .string()
      .max(16 * 1024)
      .optional(),
    /** New secret of the first gate, base64url of 32 bytes. */
    secret: z.string().min(32).max(128).optional(),
    /** A newer key set: refused unless the pinned one signed it too. */
    keySet: dsseEnvelope.optional(),
  }),
});
export type SettingsMessage = z.infer<typeof settings>;

/** Agent → server, repeated until acknowledged by id. `refused`: not tried, e.g. a key set that the pinned one did not sign. */
export const settingsResult = z.looseObject({
  type: z.literal('settingsResult'),
  id: uuid,
  outcome: z.enum(['kept', 'reverted', 'refused']),
  detail: shortText.nullable(),
});
export type SettingsResult = z.infer<typeof settingsResult>;
