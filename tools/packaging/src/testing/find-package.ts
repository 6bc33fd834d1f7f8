import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TargetName } from '../targets.ts';

/** The folder that was made of a target. */
export async function findPackage(target: TargetName): Promise<string> {
  const packages = inject('packages');
  const name = (await readdir(packages)).find((folder) => folder.endsWith(target));
  if (name === undefined) throw new Error(`No package of ${target} was made.`);
  return join(packages, name);
}
