import { createCallGate } from '../windows/call-gate.ts';
import { endInSpiteOfStuckCalls } from '../windows/end-in-spite.ts';
import { loadKoffi } from '../windows/load-koffi.ts';

/** Under Wine: a call that takes ten minutes (Sleep) is given up after half a second; then the process ends with 3. */
async function main(): Promise<void> {
  const koffi = await loadKoffi();
  const sleep = koffi.load('kernel32.dll').func('__stdcall', 'Sleep', 'void', ['uint32']);
  const onStuck = (): void => {
    endInSpiteOfStuckCalls(koffi);
  };
  const gate = createCallGate({ limitMs: 500, onStuck });
  const call = () => new Promise<unknown>((resolve) => sleep.async(600_000, resolve) as unknown);
  await gate.run('Opening LocalMachine\\Root', call).catch((error: unknown) => {
    process.stdout.write(String(error));
  });
  process.exit(3);
}

void main();
