import { userInfo } from 'node:os';
import type { WindowsStores } from '../types.ts';
import { createCallGate } from './call-gate.ts';
import { bindCrypt32, type Crypt32 } from './crypt32.ts';
import { endInSpiteOfStuckCalls } from './end-in-spite.ts';
import { loadKoffi } from './load-koffi.ts';
import { createWindowsStores } from './windows-stores.ts';

/** This machine's stores. koffi and crypt32 are loaded at the first use; a failure to is a reading's detail, and is tried again. */
export function nativeWindowsStores(): WindowsStores {
  let loading: Promise<Crypt32> | null = null;
  const load = async (): Promise<Crypt32> => {
    const koffi = await loadKoffi();
    const onStuck = (): void => {
      endInSpiteOfStuckCalls(koffi);
    };
    return bindCrypt32(koffi, createCallGate({ onStuck }));
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
