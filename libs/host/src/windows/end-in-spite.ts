import type { Koffi } from './load-koffi.ts';

/**
 * At its end Node waits for its threads, also for the one inside a call that does not answer: whatever calls process.exit() would
 * hang for as long. TerminateProcess asks nobody.
 */
export function endInSpiteOfStuckCalls(koffi: Koffi): void {
  const kernel32 = koffi.load('kernel32.dll');
  const current = kernel32.func('__stdcall', 'GetCurrentProcess', 'void *', []) as () => unknown;
  const terminate = kernel32.func('__stdcall', 'TerminateProcess', 'bool', ['void *', 'uint32']) as (
    process: unknown,
    exitCode: number,
  ) => boolean;
  process.once('exit', (exitCode) => terminate(current(), exitCode));
}
