import { userInfo } from 'node:os';
import type { WindowsStores } from '../types.ts';
import { createCallGate } from './call-gate.ts';
import { bindCrypt32, type Crypt32 } from './crypt32.ts';
import { loadKoffi, type Koffi } from './load-koffi.ts';
import { createWindowsStores } from './windows-stores.ts';

/** This machine's stores. koffi and crypt32 are loaded at the first use; a failure to is a reading's detail, and is tried again. */
export function nativeWindowsStores(): WindowsStores {
  let loading: Promise<Crypt32> | null = null;
  const load = async (): Promise<Crypt32> => {
    const koffi = await loadKoffi();
    return bindCrypt32(koffi, createCallGate({ onStuck: () => endInSpiteOfStuckCalls(koffi) }));
  };
  return createWindowsStores({
    account: userInfo().username,
    crypt32() {
      loading ??= load().catch((error: unknown) => {
        loading = null;
        throw error;
      });
      return loading;
    },
  });
}

/**
 * At its end Node waits for its threads, also for the one inside a call that does not answer: whatever calls process.exit() would
 * hang for as long. TerminateProcess asks nobody.
 */
function endInSpiteOfStuckCalls(koffi: Koffi): void {
  const kernel32 = koffi.load('kernel32.dll');
  const current = kernel32.func('__stdcall', 'GetCurrentProcess', 'void *', []) as () => unknown;
  const terminate = kernel32.func('__stdcall', 'TerminateProcess', 'bool', ['void *', 'uint32']) as (
    process: unknown,
    exitCode: number,
  ) => boolean;
  process.once('exit', (exitCode) => terminate(current(), exitCode));
}
