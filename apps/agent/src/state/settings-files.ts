import { join } from 'node:path';
import { keySet, settingsResult, shortText, uuid, type SettingsResult } from '@trustfleet/protocol';
import { z } from 'zod';
import { readJsonFile, removeJsonFile, writeJsonFile } from './json-file.ts';

const candidateFile = z.strictObject({
  format: z.literal(1),
  /** Of the `settings` message. */
  id: uuid,
  /** `trying`: not decided yet. The other two are decided, and only to be carried out. */
  state: z.enum(['trying', 'kept', 'reverted']),
  detail: shortText.nullable(),
  needsTrial: z.boolean(),
  caMustFit: z.boolean(),
  /** What this host would be; the rest of its identity stays. */
  next: z.strictObject({
    address: z.url(),
    secret: z.string().min(32).max(128),
    caCertificate: z.string(),
    keySet: keySet.nullable(),
  }),
});
/** A change of this host's own connection on its way: candidate → verify → keep or revert. */
export type StoredCandidate = z.infer<typeof candidateFile>;

/** Outcomes that the server has not acknowledged; the oldest give way. */
const MAX_RESULTS = 16;
const resultsFile = z.strictObject({
  format: z.literal(1),
  results: z.array(settingsResult).max(MAX_RESULTS),
});

const candidatePath = (stateDir: string): string => join(stateDir, 'candidate.json');
const resultsPath = (stateDir: string): string => join(stateDir, 'settings-results.json');

export const readCandidate = (stateDir: string): Promise<StoredCandidate | null> =>
  readJsonFile(candidatePath(stateDir), candidateFile);

export const writeCandidate = (stateDir: string, candidate: StoredCandidate): Promise<void> =>
  writeJsonFile(candidatePath(stateDir), candidateFile.parse(candidate));

export const removeCandidate = (stateDir: string): Promise<void> => removeJsonFile(candidatePath(stateDir));

export async function readResults(stateDir: string): Promise<SettingsResult[]> {
  return (await readJsonFile(resultsPath(stateDir), resultsFile))?.results ?? [];
}

/** Answers what stands there now. */
export async function writeResults(
  stateDir: string,
  results: readonly SettingsResult[],
): Promise<SettingsResult[]> {
  const kept = results.slice(-MAX_RESULTS);
  await writeJsonFile(resultsPath(stateDir), { format: 1, results: kept });
  return kept;
}
