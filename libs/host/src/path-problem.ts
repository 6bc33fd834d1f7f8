import { posix, win32 } from 'node:path';
import { hostPlatform } from './platform.ts';
import type { Host } from './types.ts';

/** Names that Windows gives to devices in every folder, with any extension (learn.microsoft.com, "Naming Files, Paths, and Namespaces"). */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\s*\..*|\s*)$/i;

/**
 * Why nothing is done with `path`; null where something may be. It has to be absolute; on Windows it also has to lie on a drive with a
 * letter: `\\server\share` would make this account sign in there, and `\\.\` and `\\?\` name devices, with no rules for names.
 */
export function pathProblem(path: string, platform: Host['platform'] = hostPlatform()): string | null {
  const shown = JSON.stringify(path);
  if (path.includes('\0')) return `${shown} is not an absolute path`;
  if (platform !== 'windows') return posix.isAbsolute(path) ? null : `${shown} is not an absolute path`;
  if (/^[\\/]{2}/.test(path)) return `${shown} names a network share or a device and is left alone`;
  if (!/^[a-z]:[\\/]/i.test(path)) return `${shown} is not an absolute path with a drive letter`;
  const parts = win32.normalize(path).split('\\').slice(1);
  if (parts.some((part) => part.includes(':') || DEVICE.test(part)))
    return `${shown} names a device or a stream of a file and is left alone`;
  return null;
}
