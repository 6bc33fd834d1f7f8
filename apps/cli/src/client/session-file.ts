import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CliError } from '@trustfleet/terminal';
import { configDir, type CliContext } from '../context.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

const sessionFile = z.strictObject({
  format: z.literal(1),
  /** Origin of the server. */
  url: z.url(),
  /** `name=value; name=value` as the server set it. */
  cookie: z.string().min(1),
  /** PEM file that the server's certificate is checked against, besides Node's own list; null: the list alone. */
  caFile: z.string().nullable(),
  email: z.string(),
});
export type StoredSession = z.infer<typeof sessionFile>;

const pathOf = (env: CliContext['env']): string => join(configDir(env), 'session.json');

export const saveSession = (env: CliContext['env'], session: Omit<StoredSession, 'format'>): Promise<void> =>
  writePrivateFile(pathOf(env), { format: 1, ...session });

export const findSession = (env: CliContext['env']): Promise<StoredSession | null> =>
  readPrivateFile(pathOf(env), sessionFile);

/** @throws CliError with exit code 3 when nobody is signed in */
export async function requireSession(env: CliContext['env']): Promise<StoredSession> {
  const session = await findSession(env);
  if (session === null)
    throw new CliError('You are not signed in. Run: trustfleet login https://your-server', 3);
  return session;
}

export const forgetSession = (env: CliContext['env']): Promise<void> => rm(pathOf(env), { force: true });
