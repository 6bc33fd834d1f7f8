import { join, resolve } from 'node:path';
import { MAX_ALLOW_LIST_BYTES, ownershipProblem, type AllowListFacts } from '@trustfleet/repair';
import { z } from 'zod';
import { createAllowListSource } from './allow-list-source.ts';
import { DEFAULT_SCAN_SETTINGS } from './version.ts';

const path = z
  .string()
  .max(4096)
  .regex(/^(?:\/|[A-Za-z]:[\\/]|\\\\)/, 'an absolute path is needed');
const pattern = z
  .string()
  .max(4096)
  .regex(/^(?:\/|~\/|[A-Za-z]:[\\/])/, 'an absolute path is needed, or one that begins with ~/');
const paths = z.array(path).max(50).default([]);

const settingsFile = z.strictObject({
  /** Searched for Pythons, copies of shotgun_api3 and Toolkit, to a bounded depth. */
  search: paths,
  /** Network mounts below which files may be read. Every other share is left alone. */
  readNetwork: paths,
  /** Where products keep their Python, beside those that are known (libs/python `ProductPlace`). */
  products: z
    .array(z.strictObject({ product: z.string().min(1).max(100), patterns: z.array(pattern).max(20) }))
    .max(50)
    .default([]),
  /** Code that is read for what it decides itself. */
  code: paths,
});

/** What a host's owner lets the agent look at beyond the places that it knows. */
export type ScanSettings = z.infer<typeof settingsFile>;
export const NO_SCAN_SETTINGS: ScanSettings = settingsFile.parse({});

/** Where the file lies: as given, else in its place below the tree that is looked at. */
export function scanSettingsFile({
  root,
  scanSettings,
}: {
  readonly root: string;
  readonly scanSettings?: string | undefined;
}): string {
  return scanSettings ?? (root === '/' ? DEFAULT_SCAN_SETTINGS : join(root, DEFAULT_SCAN_SETTINGS));
}

export interface ReadScanSettings {
  readonly settings: ScanSettings;
  /** Why the file is not followed, one sentence; null where it is, and where there is none. */
  readonly problem: string | null;
}

/**
 * Reads `scan.json`. It widens what the agent opens with its own rights, so nobody else may be able to write it: judged as the
 * allow-list is (security.md, "a local user"). What is not accepted counts as absent.
 */
export async function readScanSettings(file: string): Promise<ReadScanSettings> {
  const source = await createAllowListSource();
  const facts = await source.read(resolve(file));
  if (facts.kind === 'absent') return { settings: NO_SCAN_SETTINGS, problem: null };
  const refused = (reason: string): ReadScanSettings => ({
    settings: NO_SCAN_SETTINGS,
    problem: `${file} is not followed: ${reason}`,
  });
  if (facts.kind === 'unreadable') return refused(facts.reason);
  const ownership = facts.untrusted ?? ownershipProblem(facts.chain, source.trustedUids);
  return ownership === null ? parse(facts, refused) : refused(ownership);
}

function parse(
  { bytes }: Extract<AllowListFacts, { kind: 'file' }>,
  refused: (reason: string) => ReadScanSettings,
): ReadScanSettings {
  if (bytes.length > MAX_ALLOW_LIST_BYTES) return refused(`it is larger than ${MAX_ALLOW_LIST_BYTES} bytes.`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError)
      return refused(`it is not JSON in UTF-8 (${error.message}).`);
    throw error;
  }
  const parsed = settingsFile.safeParse(value);
  if (parsed.success) return { settings: parsed.data, problem: null };
  const issue = parsed.error.issues[0];
  const place = issue !== undefined && issue.path.length > 0 ? `at ${issue.path.join('.')}: ` : '';
  return refused(`${place}${issue?.message ?? 'unknown content'}.`);
}
