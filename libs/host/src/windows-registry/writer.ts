import { loadKoffi, type Koffi } from '../windows/load-koffi.ts';
import { SystemCallError } from '../windows/system-call-error.ts';
import type { RegistryHive, RegistryPlace, RegistryText, RegistryWriter } from './types.ts';

/** Predefined keys are negative numbers of 32 bits, widened (winreg.h). */
const HIVES: Readonly<Record<RegistryHive, { readonly handle: bigint; readonly name: string }>> = {
  localMachine: { handle: 0xffff_ffff_8000_0002n, name: 'HKEY_LOCAL_MACHINE' },
  users: { handle: 0xffff_ffff_8000_0003n, name: 'HKEY_USERS' },
};
const KEY_WOW64_64KEY = 0x100;
const KEY_QUERY_VALUE = 0x1;
const KEY_SET_VALUE = 0x2;
const TYPES = { text: 1, expandable: 2, strings: 7 } as const;
const FILE_NOT_FOUND = 2;
const ACCESS_DENIED = 5;
/** A variable's text has 32,767 letters at most; a list of them fits as well. */
const DATA_BYTES = 1024 * 1024;

const HWND_BROADCAST = 0xffff;
const WM_SETTINGCHANGE = 0x1a;
const SMTO_ABORTIFHUNG = 0x2;
const BROADCAST_LIMIT_MS = 2000;

type Out<T> = [T | null];
type InOut<T> = [T];

/** Signatures of winreg.h and winuser.h (learn.microsoft.com/windows/win32/api). */
function bind(koffi: Koffi) {
  const advapi32 = koffi.load('advapi32.dll');
  const user32 = koffi.load('user32.dll');
  return {
    open: advapi32.func(
      'int32 RegOpenKeyExW(void *hive, str16 key, uint32 options, uint32 access, _Out_ void **opened)',
    ) as (...args: [bigint, string, number, number, Out<bigint>]) => number,
    close: advapi32.func('int32 RegCloseKey(void *key)') as (key: bigint | null) => number,
    query: advapi32.func(
      'int32 RegQueryValueExW(void *key, str16 name, void *reserved, _Out_ uint32 *type, void *data, _Inout_ uint32 *bytes)',
    ) as (...args: [bigint | null, string, null, Out<number>, Uint8Array, InOut<number>]) => number,
    set: advapi32.func(
      'int32 RegSetValueExW(void *key, str16 name, uint32 reserved, uint32 type, void *data, uint32 bytes)',
    ) as (...args: [bigint | null, string, number, number, Uint8Array, number]) => number,
    remove: advapi32.func('int32 RegDeleteValueW(void *key, str16 name)') as (
      key: bigint | null,
      name: string,
    ) => number,
    flush: advapi32.func('int32 RegFlushKey(void *key)') as (key: bigint | null) => number,
    broadcast: user32.func(
      'intptr SendMessageTimeoutW(intptr window, uint32 message, uintptr w, str16 l, uint32 flags, uint32 timeout, void *result)',
    ) as unknown as BroadcastCall,
  };
}
interface BroadcastCall {
  async(
    ...args: [
      number,
      number,
      number,
      string,
      number,
      number,
      null,
      (error: Error | null, result: bigint | number) => void,
    ]
  ): void;
}
type Calls = ReturnType<typeof bind>;

function failed(what: string, code: number): SystemCallError {
  const why = code === ACCESS_DENIED ? 'this account may not' : `error ${code}`;
  return new SystemCallError(`${what} (${why})`, { code });
}

/** Null where the key is not there. */
function withKey<T>(
  calls: Calls,
  { access, place }: { readonly access: number; readonly place: RegistryPlace },
  work: (key: bigint | null) => T,
): T | null {
  const opened: Out<bigint> = [null];
  const code = calls.open(HIVES[place.hive].handle, place.key, 0, access | KEY_WOW64_64KEY, opened);
  if (code === FILE_NOT_FOUND) return null;
  if (code !== 0) throw failed(`${shown(place)} could not be opened`, code);
  try {
    return work(opened[0]);
  } finally {
    calls.close(opened[0]);
  }
}

const shown = ({ hive, key }: RegistryPlace): string => `${HIVES[hive].name}\\${key}`;

function textsOf(bytes: Buffer): string[] {
  const texts = bytes.toString('utf16le').split('\0');
  const end = texts.indexOf('');
  return end === -1 ? texts : texts.slice(0, end);
}

function readText(type: number | null, bytes: Buffer): RegistryText {
  if (type === TYPES.strings) return { type: 'strings', texts: textsOf(bytes) };
  const text = bytes.toString('utf16le').replace(/\0+$/, '');
  if (type === TYPES.text) return { type: 'text', text };
  if (type === TYPES.expandable) return { type: 'expandable', text };
  throw new SystemCallError(`a value of the registry is no text (type ${type ?? '?'}) and is left alone`);
}

function bytesOf(text: RegistryText): Buffer {
  const joined =
    text.type === 'strings' ? [...text.texts, ''].map((one) => `${one}\0`).join('') : `${text.text}\0`;
  return Buffer.from(joined, 'utf16le');
}

function get(calls: Calls, place: RegistryPlace, name: string): RegistryText | null {
  return withKey(calls, { access: KEY_QUERY_VALUE, place }, (key) => {
    const data = Buffer.alloc(DATA_BYTES);
    const type: Out<number> = [null];
    const bytes: InOut<number> = [DATA_BYTES];
    const code = calls.query(key, name, null, type, data, bytes);
    if (code === FILE_NOT_FOUND) return null;
    if (code !== 0) throw failed(`${name} in ${shown(place)} could not be read`, code);
    return readText(type[0], data.subarray(0, bytes[0]));
  });
}

function set(calls: Calls, place: RegistryPlace, { name, text }: { name: string; text: RegistryText }): void {
  const done = withKey(calls, { access: KEY_SET_VALUE, place }, (key) => {
    const data = bytesOf(text);
    const code = calls.set(key, name, 0, TYPES[text.type], data, data.length);
    if (code !== 0) throw failed(`${name} in ${shown(place)} could not be written`, code);
    flush(calls, key, place);
    return true;
  });
  if (done === null) throw failed(`${shown(place)} is not there`, FILE_NOT_FOUND);
}

function remove(calls: Calls, place: RegistryPlace, name: string): void {
  withKey(calls, { access: KEY_SET_VALUE, place }, (key) => {
    const code = calls.remove(key, name);
    if (code !== 0 && code !== FILE_NOT_FOUND)
      throw failed(`${name} in ${shown(place)} could not be removed`, code);
    flush(calls, key, place);
  });
}

/** The registry is written some seconds later by itself: a job that says "verified" must not lose it with the power. */
function flush(calls: Calls, key: bigint | null, place: RegistryPlace): void {
  const code = calls.flush(key);
  if (code !== 0) throw failed(`${shown(place)} could not be put on disk`, code);
}

/** koffi is loaded when something is asked for the first time. */
export function createRegistryWriter(load: () => Promise<Koffi> = loadKoffi): RegistryWriter {
  let calls: Promise<Calls> | null = null;
  const bound = (): Promise<Calls> => (calls ??= load().then(bind));
  return {
    get: async (place, name) => get(await bound(), place, name),
    set: async (place, name, text) => {
      set(await bound(), place, { name, text });
    },
    remove: async (place, name) => {
      remove(await bound(), place, name);
    },
    async announceEnvironment() {
      const { broadcast } = await bound();
      return new Promise((resolve, reject) => {
        broadcast.async(
          ...([
            HWND_BROADCAST,
            WM_SETTINGCHANGE,
            0,
            'Environment',
            SMTO_ABORTIFHUNG,
            BROADCAST_LIMIT_MS,
            null,
          ] as const),
          (error) => {
            if (error === null) resolve();
            else reject(error);
          },
        );
      });
    },
  };
}
