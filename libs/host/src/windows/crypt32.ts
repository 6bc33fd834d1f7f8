import type { CallGate } from './call-gate.ts';
import { describeError } from './error-words.ts';
import type { Koffi } from './load-koffi.ts';
import { SystemCallError } from './system-call-error.ts';

/** A pointer as koffi gives it; only handed back to it. */
type Pointer = unknown;

export interface OpenRequest {
  /** For people: `LocalMachine\Root`. */
  readonly what: string;
  /** `registry`: exactly one physical store, straight from the registry. `system`: the logical store, of all that belongs to it. */
  readonly provider: 'registry' | 'system';
  /** CERT_SYSTEM_STORE_… of wincrypt.h. */
  readonly location: number;
  readonly store: string;
  /** Made if it is missing, and open for changes; otherwise only read. */
  readonly mode: 'read' | 'probe' | 'change';
}

/** An open store. Every method is one or two calls with a time limit; close it in any case. */
export interface OpenStore {
  /** All of it, as parseSerializedStore reads it: one call, and no context of a certificate that somebody would have to free. */
  save(): Promise<Uint8Array>;
  /** Puts a serialized certificate, in place of an equal one. On disk once the store is closed. */
  add(element: Uint8Array): Promise<void>;
  /** Deletes the certificate with this SHA-1 if `isIt` says so of its DER: never by serial or name (trust-stores.md §6.2). */
  remove(sha1: Uint8Array, isIt: (der: Uint8Array) => boolean): Promise<boolean>;
  close(): Promise<void>;
}

export interface Crypt32 {
  /** Throws SystemCallError with GetLastError() as its code. */
  open(request: OpenRequest): Promise<OpenStore>;
}

/** wincrypt.h */
export const LOCATIONS = {
  currentUser: 1 << 16,
  localMachine: 2 << 16,
  currentUserGroupPolicy: 7 << 16,
  localMachineGroupPolicy: 8 << 16,
  localMachineEnterprise: 9 << 16,
} as const;
const PROVIDERS = { system: 10, registry: 13 } as const;
const OPEN_EXISTING = 0x4000;
const READONLY = 0x8000;
const MODES = { read: OPEN_EXISTING | READONLY, probe: OPEN_EXISTING, change: 0 } as const;
const ENCODING = 0x00010001;
const SAVE_AS_STORE = 1;
const SAVE_TO_MEMORY = 2;
const ADD_REPLACE_EXISTING = 3;
const COMMIT_FORCE_FLAG = 1;
const CTRL_COMMIT = 3;
const ALL_CONTEXTS = 0xffffffff;
const FIND_SHA1_HASH = 0x10000;
const NOT_FOUND = 0x80092004;
/** More than any store of people; a size beyond it is not believed. */
const MAX_STORE_BYTES = 64 * 1024 * 1024;

interface Native {
  readonly koffi: Koffi;
  readonly lastError: () => number;
  readonly functions: ReturnType<typeof declare>;
  /** Memory that calls under way use, so that it is not collected. */
  readonly inFlight: Set<Arguments>;
}

function declare(koffi: Koffi) {
  const library = koffi.load('crypt32.dll');
  const dword = 'uint32';
  const bool = (name: string, parameters: readonly string[]) =>
    library.func('__stdcall', name, 'bool', [...parameters]);
  return {
    open: library.func('__stdcall', 'CertOpenStore', 'void *', ['uintptr', dword, 'uintptr', dword, 'str16']),
    close: bool('CertCloseStore', ['void *', dword]),
    save: bool('CertSaveStore', ['void *', dword, dword, dword, 'void *', dword]),
    add: bool('CertAddSerializedElementToStore', [
      ...['void *', 'void *', dword, dword, dword, dword],
      ...['void *', 'void *'],
    ]),
    find: library.func('__stdcall', 'CertFindCertificateInStore', 'void *', [
      ...['void *', dword, dword, dword, 'void *', 'void *'],
    ]),
    control: bool('CertControlStore', ['void *', dword, dword, 'void *']),
    remove: bool('CertDeleteCertificateFromStore', ['void *']),
    free: bool('CertFreeCertificateContext', ['void *']),
  };
}

/** crypt32.dll, each call on a thread of its own pool and behind the gate. */
export function bindCrypt32(koffi: Koffi, gate: CallGate): Crypt32 {
  const native: Native = {
    koffi,
    functions: declare(koffi),
    inFlight: new Set(),
    lastError: koffi.load('kernel32.dll').func('__stdcall', 'GetLastError', 'uint32', []) as () => number,
  };
  return {
    async open(request) {
      const opened = await gate.run(
        `Opening ${request.what}`,
        () =>
          call(native, native.functions.open, {
            args: [PROVIDERS[request.provider], 0, 0, request.location | MODES[request.mode], request.store],
          }),
        // Nobody waits for this handle any more.
        ({ value }) => {
          if (value !== null) void call(native, native.functions.close, { args: [value, 0] });
        },
      );
      if (opened.value === null) throw failure(`Opening ${request.what}`, opened.code);
      return storeOf(native, { gate, what: request.what, handle: opened.value });
    },
  };
}

interface Opened {
  readonly gate: CallGate;
  readonly what: string;
  readonly handle: Pointer;
}

function storeOf(native: Native, opened: Opened): OpenStore {
  const { functions } = native;
  const { handle, what } = opened;
  const uses = usesOf(native, opened);
  const checked = async (verb: string, target: KoffiAsync, given: Arguments): Promise<void> => {
    const { value, code } = await uses.run(verb, target, given);
    if (value !== true) throw failure(`${verb} ${what}`, code);
  };
  return {
    async save() {
      const blob = new Uint8Array(BLOB_BYTES);
      const args = [handle, ENCODING, SAVE_AS_STORE, SAVE_TO_MEMORY, blob, 0];
      await checked('Reading', functions.save, { args });
      const bytes = new Uint8Array(sizeIn(blob, what));
      fillBlob(native.koffi, blob, bytes);
      await checked('Reading', functions.save, { args, alive: bytes });
      // It may have become smaller meanwhile.
      return bytes.subarray(0, Math.min(sizeIn(blob, what), bytes.length));
    },
    async add(element) {
      await checked('Writing to', functions.add, {
        args: [handle, element, element.length, ADD_REPLACE_EXISTING, 0, ALL_CONTEXTS, null, null],
      });
      // Windows wrote it already, and may say that it knows no commit; Wine forgets a replaced one without.
      await uses.run('Writing to', functions.control, {
        args: [handle, COMMIT_FORCE_FLAG, CTRL_COMMIT, null],
      });
    },
    async remove(sha1, isIt) {
      const blob = new Uint8Array(BLOB_BYTES);
      fillBlob(native.koffi, blob, sha1);
      const args = [handle, ENCODING, 0, FIND_SHA1_HASH, blob, null];
      const found = await uses.run('Searching', functions.find, { args, alive: sha1 });
      if (found.value === null && found.code !== NOT_FOUND && found.code !== 0)
        throw failure(`Searching ${what}`, found.code);
      if (found.value === null) return false;
      const deletes = isIt(encodedIn(native.koffi, found.value));
      // Both give the context back: one that is kept would keep the store from being written.
      await checked('Deleting from', deletes ? functions.remove : functions.free, { args: [found.value] });
      return deletes;
    },
    close: () => uses.close(() => checked('Closing', functions.close, { args: [handle, 0] })),
  };
}

/** What a call is made with. `alive`: memory whose address is among the arguments, kept as long as the call may use it. */
interface Arguments {
  readonly args: readonly unknown[];
  readonly alive?: Uint8Array;
}

interface Uses {
  run(verb: string, target: KoffiAsync, given: Arguments): Promise<CallEnd>;
  close(now: () => Promise<void>): Promise<void>;
}

/** A handle is not closed under a call that was given up and still uses it, but when that one answers. */
function usesOf(native: Native, { gate, what, handle }: Opened): Uses {
  let inside = 0;
  let closesLater = false;
  return {
    run: (verb, target, given) =>
      gate.run(`${verb} ${what}`, async () => {
        inside += 1;
        try {
          return await call(native, target, given);
        } finally {
          inside -= 1;
          if (closesLater) void call(native, native.functions.close, { args: [handle, 0] });
        }
      }),
    async close(now) {
      closesLater = inside > 0;
      if (!closesLater) await now();
    },
  };
}

interface KoffiAsync {
  readonly async: (...args: unknown[]) => unknown;
}

interface CallEnd {
  readonly value: unknown;
  /** GetLastError() of the thread that made the call: koffi carries it into the callback. */
  readonly code: number;
}

function call(native: Native, target: KoffiAsync, given: Arguments): Promise<CallEnd> {
  native.inFlight.add(given);
  return new Promise((resolve, reject) => {
    target.async(...given.args, (error: Error | null, value: unknown) => {
      const code = native.lastError();
      native.inFlight.delete(given);
      if (error === null) resolve({ value, code });
      else reject(error);
    });
  });
}

function failure(what: string, code: number): SystemCallError {
  return new SystemCallError(`${what} failed: ${describeError(code)}`, { code });
}

/** CRYPT_INTEGER_BLOB on 64 bits: DWORD cbData, four bytes of padding, BYTE *pbData. */
const BLOB_BYTES = 16;

function fillBlob(koffi: Koffi, blob: Uint8Array, bytes: Uint8Array): void {
  const view = new DataView(blob.buffer, blob.byteOffset);
  view.setUint32(0, bytes.length, true);
  view.setBigUint64(8, koffi.address(bytes), true);
}

function sizeIn(blob: Uint8Array, what: string): number {
  const size = new DataView(blob.buffer, blob.byteOffset).getUint32(0, true);
  if (size > MAX_STORE_BYTES)
    throw new SystemCallError(`Reading ${what} failed: it holds ${size} bytes, more than is read`);
  return size;
}

/** CERT_CONTEXT on 64 bits: DWORD dwCertEncodingType, padding, BYTE *pbCertEncoded, DWORD cbCertEncoded. */
function encodedIn(koffi: Koffi, context: Pointer): Uint8Array {
  const head = new DataView(koffi.view(context, 24));
  return new Uint8Array(koffi.view(head.getBigUint64(8, true), head.getUint32(16, true))).slice();
}
