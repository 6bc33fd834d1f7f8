import type { Koffi } from '../windows/load-koffi.ts';

/** What an access check needs of advapi32 and kernel32. All of it is local and answers at once. */
export interface SecurityCalls {
  /** Owner and access list of a file or folder in SDDL; null where they cannot be had. */
  sddlOf(path: string): string | null;
  /** SID of the account that this process runs as; null where it cannot be had. */
  ownSid(): string | null;
  /** Has this process the rights of the Administrators? SYSTEM has. */
  isAdministrator(): boolean;
  /** Makes a folder with that security descriptor. False where the system refused, or something of that name is there. */
  makeDirectory(path: string, sddl: string): boolean;
}

/** An address, or a buffer whose address is passed. */
type Pointer = bigint | Uint8Array | null;
type Out<T> = [T | null];

const SE_FILE_OBJECT = 1;
const OWNER_AND_LIST = 1 | 4;
const SDDL_REVISION = 1;
const TOKEN_QUERY = 8;
const TOKEN_USER = 1;
const ADMINISTRATORS = 'S-1-5-32-544';

/** Signatures of aclapi.h, sddl.h, securitybaseapi.h, processthreadsapi.h and fileapi.h (learn.microsoft.com/windows/win32/api). */
function bind(koffi: Koffi) {
  const advapi32 = koffi.load('advapi32.dll');
  const kernel32 = koffi.load('kernel32.dll');
  return {
    free: kernel32.func('void *LocalFree(void *memory)') as (memory: Pointer) => Pointer,
    closeHandle: kernel32.func('bool CloseHandle(void *handle)') as (handle: Pointer) => boolean,
    currentProcess: kernel32.func('void *GetCurrentProcess()') as () => Pointer,
    createDirectory: kernel32.func('bool CreateDirectoryW(str16 path, void *attributes)') as (
      path: string,
      attributes: Uint8Array,
    ) => boolean,
    securityInfo: advapi32.func(
      'uint32 GetNamedSecurityInfoW(str16 name, int type, uint32 which, void *owner, void *group, void *dacl, void *sacl, _Out_ void **descriptor)',
    ) as (...args: [string, number, number, null, null, null, null, Out<Pointer>]) => number,
    descriptorToText: advapi32.func(
      'bool ConvertSecurityDescriptorToStringSecurityDescriptorW(void *descriptor, uint32 revision, uint32 which, _Out_ void **text, void *length)',
    ) as (...args: [Pointer, number, number, Out<Pointer>, null]) => boolean,
    descriptorFromText: advapi32.func(
      'bool ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 text, uint32 revision, _Out_ void **descriptor, void *size)',
    ) as (...args: [string, number, Out<Pointer>, null]) => boolean,
    openToken: advapi32.func('bool OpenProcessToken(void *process, uint32 access, _Out_ void **token)') as (
      ...args: [Pointer, number, Out<Pointer>]
    ) => boolean,
    tokenInformation: advapi32.func(
      'bool GetTokenInformation(void *token, int which, void *buffer, uint32 size, _Out_ uint32 *needed)',
    ) as (...args: [Pointer, number, Uint8Array, number, Out<number>]) => boolean,
    sidToText: advapi32.func('bool ConvertSidToStringSidW(void *sid, _Out_ void **text)') as (
      ...args: [Pointer, Out<Pointer>]
    ) => boolean,
    sidFromText: advapi32.func('bool ConvertStringSidToSidW(str16 text, _Out_ void **sid)') as (
      ...args: [string, Out<Pointer>]
    ) => boolean,
    isMember: advapi32.func('bool CheckTokenMembership(void *token, void *sid, _Out_ int32 *member)') as (
      ...args: [null, Pointer, Out<number>]
    ) => boolean,
  };
}

interface Calls extends ReturnType<typeof bind> {
  readonly koffi: Koffi;
}

/** The text at an address that LocalAlloc gave, and gives the memory back. */
function takeText(calls: Calls, [address]: Out<Pointer>): string | null {
  if (address === null) return null;
  try {
    const text: unknown = calls.koffi.decode(address, 'char16_t', -1);
    return typeof text === 'string' ? text : null;
  } finally {
    calls.free(address);
  }
}

function sddlOf(calls: Calls, path: string): string | null {
  const descriptor: Out<Pointer> = [null];
  if (calls.securityInfo(path, SE_FILE_OBJECT, OWNER_AND_LIST, null, null, null, null, descriptor) !== 0)
    return null;
  try {
    const text: Out<Pointer> = [null];
    const done = calls.descriptorToText(descriptor[0], SDDL_REVISION, OWNER_AND_LIST, text, null);
    return done ? takeText(calls, text) : null;
  } finally {
    calls.free(descriptor[0]);
  }
}

function ownSid(calls: Calls): string | null {
  const token: Out<Pointer> = [null];
  if (!calls.openToken(calls.currentProcess(), TOKEN_QUERY, token)) return null;
  try {
    // TOKEN_USER: the address of a SID that lies behind it in the same buffer.
    const buffer = Buffer.alloc(512);
    if (!calls.tokenInformation(token[0], TOKEN_USER, buffer, buffer.length, [null])) return null;
    const text: Out<Pointer> = [null];
    return calls.sidToText(buffer.readBigUInt64LE(0), text) ? takeText(calls, text) : null;
  } finally {
    calls.closeHandle(token[0]);
  }
}

function isAdministrator(calls: Calls): boolean {
  const sid: Out<Pointer> = [null];
  if (!calls.sidFromText(ADMINISTRATORS, sid)) return false;
  try {
    const member: Out<number> = [null];
    return calls.isMember(null, sid[0], member) && member[0] === 1;
  } finally {
    calls.free(sid[0]);
  }
}

/** SECURITY_ATTRIBUTES (minwinbase.h) of 64 bits: its own size, the address of the descriptor, whether programs inherit a handle. */
function securityAttributes(descriptor: Pointer): Uint8Array {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeBigUInt64LE(typeof descriptor === 'bigint' ? descriptor : 0n, 8);
  return bytes;
}

function makeDirectory(calls: Calls, path: string, sddl: string): boolean {
  const descriptor: Out<Pointer> = [null];
  if (!calls.descriptorFromText(sddl, SDDL_REVISION, descriptor, null)) return false;
  try {
    return calls.createDirectory(path, securityAttributes(descriptor[0]));
  } finally {
    calls.free(descriptor[0]);
  }
}

export function bindSecurityCalls(koffi: Koffi): SecurityCalls {
  const calls = { ...bind(koffi), koffi };
  return {
    sddlOf: (path) => sddlOf(calls, path),
    ownSid: () => ownSid(calls),
    isAdministrator: () => isAdministrator(calls),
    makeDirectory: (path, sddl) => makeDirectory(calls, path, sddl),
  };
}
