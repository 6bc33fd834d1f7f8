import { createInterface } from 'node:readline';
import { treeProcess } from '@trustfleet/repair';

/** A process of a running job: one line comes in, its rights are dropped for good, the work is done, one line goes out. */
export async function treeWorkCommand(
  input: NodeJS.ReadStream,
  output: NodeJS.WritableStream,
): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    await new Promise<void>((resolve) =>
      output.write(`${treeProcess(line)}\n`, () => {
        resolve();
      }),
    );
    break;
  }
  // It stays open at the other end, and would keep this process.
  input.destroy();
}
