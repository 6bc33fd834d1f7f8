import { createInterface } from 'node:readline';
import { treeProcess } from '@trustfleet/repair';

/** A process of a running job: one line comes in, its rights are dropped for good, the work is done, one line goes out. */
export async function treeWorkCommand(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<void> {
  const lines = createInterface({ input, crlfDelay: Infinity });
  for await (const line of lines) {
    const answer = treeProcess(line);
    await new Promise<void>((resolve) => output.write(`${answer}\n`, () => resolve()));
    return;
  }
}
