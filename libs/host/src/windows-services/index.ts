import { loadKoffi } from '../windows/load-koffi.ts';
import { bindServiceCalls, type ServiceCalls } from './native.ts';
import type { WindowsServices } from './types.ts';
import { createWindowsServices } from './windows-services.ts';

export type { WindowsServices, WindowsServiceSetup, WindowsServiceStatus } from './types.ts';

/** Of this machine; null on every other system than Windows. koffi is loaded at the first use. */
export function openWindowsServices(): WindowsServices | null {
  if (process.platform !== 'win32') return null;
  let calls: Promise<ServiceCalls> | null = null;
  return createWindowsServices(() => (calls ??= loadKoffi().then(bindServiceCalls)));
}
