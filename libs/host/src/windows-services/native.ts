import type { Koffi } from '../windows/load-koffi.ts';

export type Handle = bigint | null;
type Out<T> = [T | null];

/** SERVICE_STATUS_PROCESS: nine numbers of four bytes. */
export const STATUS_BYTES = 36;

/** Signatures of winsvc.h (learn.microsoft.com/windows/win32/api/winsvc). Those that wait for the service manager are asynchronous. */
export function bindServiceCalls(koffi: Koffi) {
  const advapi32 = koffi.load('advapi32.dll');
  const kernel32 = koffi.load('kernel32.dll');
  // Without names: a second binding in the same process would be refused.
  const description = koffi.struct({ text: 'str16' });
  const flag = koffi.struct({ value: 'int32' });
  const failureActions = koffi.struct({
    resetSeconds: 'uint32',
    rebootMessage: 'str16',
    command: 'str16',
    count: 'uint32',
    actions: 'void *',
  });
  const change = (type: ReturnType<typeof koffi.struct>): unknown =>
    advapi32.func('ChangeServiceConfig2W', 'bool', ['void *', 'uint32', koffi.pointer(type)]);
  return {
    lastError: kernel32.func('uint32 GetLastError()') as () => number,
    openManager: advapi32.func('void *OpenSCManagerW(str16 machine, str16 database, uint32 access)') as (
      ...args: [null, null, number]
    ) => Handle,
    openService: advapi32.func('void *OpenServiceW(void *manager, str16 name, uint32 access)') as (
      ...args: [Handle, string, number]
    ) => Handle,
    close: advapi32.func('bool CloseServiceHandle(void *handle)') as (handle: Handle) => boolean,
    create: advapi32.func(
      'void *CreateServiceW(void *manager, str16 name, str16 displayName, uint32 access, uint32 type, uint32 start, uint32 errorControl, str16 path, str16 group, void *tag, str16 dependencies, str16 account, str16 password)',
    ) as (
      ...args: [Handle, string, string, number, number, number, number, string, null, null, null, null, null]
    ) => Handle,
    configure: advapi32.func(
      'bool ChangeServiceConfigW(void *service, uint32 type, uint32 start, uint32 errorControl, str16 path, str16 group, void *tag, str16 dependencies, str16 account, str16 password, str16 displayName)',
    ) as (
      ...args: [Handle, number, number, number, string, null, null, null, string, null, string]
    ) => boolean,
    describe: change(description) as (...args: [Handle, number, { text: string }]) => boolean,
    setFlag: change(flag) as (...args: [Handle, number, { value: number }]) => boolean,
    setFailureActions: change(failureActions) as (
      ...args: [
        Handle,
        number,
        { resetSeconds: number; rebootMessage: null; command: null; count: number; actions: Uint8Array },
      ]
    ) => boolean,
    remove: advapi32.func('bool DeleteService(void *service)') as (service: Handle) => boolean,
    start: advapi32.func('bool StartServiceW(void *service, uint32 count, void *arguments)') as (
      ...args: [Handle, number, null]
    ) => boolean,
    control: advapi32.func('bool ControlService(void *service, uint32 control, void *status)') as (
      ...args: [Handle, number, Uint8Array]
    ) => boolean,
    query: advapi32.func(
      'bool QueryServiceStatusEx(void *service, uint32 level, void *buffer, uint32 size, _Out_ uint32 *needed)',
    ) as (...args: [Handle, number, Uint8Array, number, Out<number>]) => boolean,
  };
}

export type ServiceCalls = ReturnType<typeof bindServiceCalls>;
