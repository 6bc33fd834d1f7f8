import { readFile } from 'node:fs/promises';
import { errorCode } from './errors.ts';
import { loadKoffi } from './windows/load-koffi.ts';

async function linuxBootId(): Promise<string | null> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

const TIME_OF_DAY = 3;
const TIME_OF_DAY_BYTES = 48;

/**
 * The moment of the start as the kernel keeps it (SYSTEM_TIMEOFDAY_INFORMATION, winternl.h): BootTime moves with every setting of the
 * clock, and BootTimeBias by as much, so that their difference stays for one boot.
 */
export function bootTimeOf(information: Uint8Array): string | null {
  const view = new DataView(information.buffer, information.byteOffset, information.byteLength);
  if (information.byteLength < TIME_OF_DAY_BYTES) return null;
  const bootTime = view.getBigInt64(0, true);
  const bias = view.getBigInt64(32, true);
  return bootTime <= 0n ? null : `windows-${bootTime - bias}`;
}

async function windowsBootId(): Promise<string | null> {
  const koffi = await loadKoffi();
  const query = koffi
    .load('ntdll.dll')
    .func('int32 NtQuerySystemInformation(int32 which, void *information, uint32 length, void *needed)') as (
    ...args: [number, Uint8Array, number, null]
  ) => number;
  const information = Buffer.alloc(TIME_OF_DAY_BYTES);
  return query(TIME_OF_DAY, information, information.length, null) === 0 ? bootTimeOf(information) : null;
}

/** The same for as long as the machine runs, another after each start; null where the system has none. */
export const readBootId = (): Promise<string | null> =>
  process.platform === 'win32' ? windowsBootId() : linuxBootId();
