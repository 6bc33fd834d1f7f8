import { readFile } from 'node:fs/promises';

/** The text of a kept file; null where there is none yet. Whatever else hinders the reading is told. */
export async function readKept(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
