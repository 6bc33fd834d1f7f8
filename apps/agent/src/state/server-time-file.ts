import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const serverTimeFile = z.strictObject({
  format: z.literal(1),
  /** The boot in which `receivedAtMs` counts. */
  bootId: z.string(),
  /** As signed in the `welcome`. */
  serverTime: z.iso.datetime(),
  /** Milliseconds since that boot when it came. */
  receivedAtMs: z.number().nonnegative(),
  /** The latest server time that this host ever knew. */
  notBefore: z.iso.datetime(),
});
/** What outlives the agent's process of the server's time. */
export type StoredServerTime = z.infer<typeof serverTimeFile>;

const pathOf = (stateDir: string): string => join(stateDir, 'server-time.json');

export const readServerTime = (stateDir: string): Promise<StoredServerTime | null> =>
  readJsonFile(pathOf(stateDir), serverTimeFile);

export const writeServerTime = (stateDir: string, time: StoredServerTime): Promise<void> =>
  writeJsonFile(pathOf(stateDir), time);
