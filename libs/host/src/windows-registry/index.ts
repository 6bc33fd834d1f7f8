import { errorText } from '../errors.ts';
import { loadKoffi, type Koffi } from '../windows/load-koffi.ts';
import { SystemCallError } from '../windows/system-call-error.ts';
import type { RegistryHive, RegistryReading, RegistryValue, WindowsRegistry } from './types.ts';

export type { RegistryHive, RegistryReading, RegistryValue, WindowsRegistry } from './types.ts';

/** Predefined keys are negative numbers of 32 bits, widened (winreg.h). */
const HIVES: Readonly<Record<RegistryHive, { readonly handle: bigint; readonly name: string }>> = {
  localMachine: { handle: 0xffff_ffff_8000_0002n, name: 'HKEY_LOCAL_MACHINE' },
  users: { handle: 0xffff_ffff_8000_0003n, name: 'HKEY_USERS' },
};
const KEY_READ_64 = 0x2_0019 | 0x100;
const REG_SZ = 1;
const REG_EXPAND_SZ = 2;
const REG_MULTI_SZ = 7;
const FILE_NOT_FOUND = 2;
const ACCESS_DENIED = 5;
const MORE_DATA = 234;
const NO_MORE_ITEMS = 259;
/** A value's name has 16,383 letters at most, a variable's text 32,767; each of two bytes, and a zero. */
const NAME_LETTERS = 16_384;
const DATA_BYTES = 65_536;
const MAX_ENTRIES = 4096;

type Out<T> = [T | null];
type InOut<T> = [T];

/** Signatures of winreg.h (learn.microsoft.com/windows/win32/api/winreg). */
function bind(koffi: Koffi) {
  const advapi32 = koffi.load('advapi32.dll');
  return {
    open: advapi32.func(
      'int32 RegOpenKeyExW(void *hive, str16 key, uint32 options, uint32 access, _Out_ void **opened)',
    ) as (...args: [bigint, string, number, number, Out<bigint>]) => number,
    close: advapi32.func('int32 RegCloseKey(void *key)') as (key: bigint | null) => number,
    enumValue: advapi32.func(
      'int32 RegEnumValueW(void *key, uint32 index, void *name, _Inout_ uint32 *letters, void *reserved, _Out_ uint32 *type, void *data, _Inout_ uint32 *bytes)',
    ) as (
      ...args: [
        bigint | null,
        number,
        Uint8Array,
        InOut<number>,
        null,
        Out<number>,
        Uint8Array,
        InOut<number>,
      ]
    ) => number,
    enumKey: advapi32.func(
      'int32 RegEnumKeyExW(void *key, uint32 index, void *name, _Inout_ uint32 *letters, void *reserved, void *class_, void *classLetters, void *written)',
    ) as (...args: [bigint | null, number, Uint8Array, InOut<number>, null, null, null, null]) => number,
  };
}

/** A list that ends early is not the key's. */
function cutOff(code: number): SystemCallError {
  return new SystemCallError(`a registry key could not be read to its end (error ${code})`, { code });
}

type Calls = ReturnType<typeof bind>;

interface Opened {
  readonly calls: Calls;
  readonly key: bigint | null;
}

const textOf = (bytes: Buffer, length: number): string => bytes.subarray(0, length).toString('utf16le');

function valuesOf({ calls, key }: Opened): RegistryValue[] {
  const values: RegistryValue[] = [];
  const name = Buffer.alloc(NAME_LETTERS * 2);
  const data = Buffer.alloc(DATA_BYTES);
  for (let index = 0; index < MAX_ENTRIES; index += 1) {
    const letters: InOut<number> = [NAME_LETTERS];
    const bytes: InOut<number> = [DATA_BYTES];
    const type: Out<number> = [null];
    const code = calls.enumValue(key, index, name, letters, null, type, data, bytes);
    // Larger than any variable: none that is looked for here.
    if (code === MORE_DATA) continue;
    if (code === NO_MORE_ITEMS) break;
    if (code !== 0) throw cutOff(code);
    if (type[0] !== REG_SZ && type[0] !== REG_EXPAND_SZ && type[0] !== REG_MULTI_SZ) continue;
    values.push({
      name: textOf(name, letters[0] * 2),
      text: textOf(data, bytes[0]).replace(/\0+$/, ''),
      expands: type[0] === REG_EXPAND_SZ,
    });
  }
  return values.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function keysOf({ calls, key }: Opened): string[] {
  const keys: string[] = [];
  const name = Buffer.alloc(NAME_LETTERS * 2);
  for (let index = 0; index < MAX_ENTRIES; index += 1) {
    const letters: InOut<number> = [NAME_LETTERS];
    const code = calls.enumKey(key, index, name, letters, null, null, null, null);
    if (code === NO_MORE_ITEMS) break;
    if (code !== 0) throw cutOff(code);
    keys.push(textOf(name, letters[0] * 2));
  }
  return keys.toSorted();
}

function readKey(calls: Calls, { hive, key }: { hive: RegistryHive; key: string }): RegistryReading {
  const opened: Out<bigint> = [null];
  const code = calls.open(HIVES[hive].handle, key, 0, KEY_READ_64, opened);
  const shown = `${HIVES[hive].name}\\${key}`;
  if (code === FILE_NOT_FOUND) return { state: 'missing', detail: `${shown} does not exist` };
  if (code === ACCESS_DENIED)
    return { state: 'unreadable', detail: `${shown} may not be read by this account` };
  if (code !== 0) return { state: 'unreadable', detail: `${shown} could not be opened (error ${code})` };
  try {
    const at = { calls, key: opened[0] };
    return { state: 'read', values: valuesOf(at), keys: keysOf(at) };
  } finally {
    calls.close(opened[0]);
  }
}

/** koffi is loaded when something is read for the first time; where that fails each reading says so. */
export function createRegistry(load: () => Promise<Koffi> = loadKoffi): WindowsRegistry {
  let calls: Promise<Calls> | null = null;
  return {
    async read(hive, key) {
      try {
        calls ??= load().then(bind);
        return readKey(await calls, { hive, key });
      } catch (error) {
        return { state: 'unreadable', detail: errorText(error) };
      }
    },
  };
}
