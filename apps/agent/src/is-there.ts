import { stat } from 'node:fs/promises';
import { errorCode } from '@trustfleet/terminal';

/** False where nothing of that name is; throws the system's error where that cannot be told. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return false;
    throw error;
  }
}
