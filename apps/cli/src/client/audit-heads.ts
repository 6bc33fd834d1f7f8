import { join } from 'node:path';
import { z } from 'zod';
import { configDir, type CliContext } from '../context.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

const savedHead = z.strictObject({
  seq: z.int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The key that signed the first head that a server gave: a later one must be signed by it too. */
  serverKey: z.string(),
});
const headsFile = z.strictObject({ format: z.literal(1), fleets: z.record(z.uuid(), savedHead) });

/** The end of a fleet's chain as it was verified last on this account. */
export type SavedHead = z.infer<typeof savedHead>;

const pathOf = (env: CliContext['env']): string => join(configDir(env), 'audit-heads.json');

/** Every fleet's last verified head, by fleet id. */
export async function savedHeads(env: CliContext['env']): Promise<Readonly<Record<string, SavedHead>>> {
  return (await readPrivateFile(pathOf(env), headsFile))?.fleets ?? {};
}

export async function saveHead(env: CliContext['env'], fleetId: string, head: SavedHead): Promise<void> {
  const fleets = { ...(await savedHeads(env)), [fleetId]: head };
  await writePrivateFile(pathOf(env), { format: 1, fleets });
}
