import type { PythonEnvironment } from '@trustfleet/protocol';
import type { Scan } from '../scan.ts';
import type { CollectedOption } from '../types.ts';
import { inOrder } from './in-order.ts';
import { readOptionFile } from './option-file.ts';
import { environmentOptionFiles } from './option-places.ts';

/** Options that lie in environments (`<environment>/pip.conf`), read with the rights of the file's owner. What is not there costs a look at its name. */
export async function environmentOptions(
  scan: Scan,
  pythons: readonly Pick<PythonEnvironment, 'path' | 'kind' | 'shared'>[],
): Promise<CollectedOption[]> {
  const { platform } = scan.ports;
  const files = pythons
    .filter(({ shared = null }) => shared === null)
    .flatMap((python) => environmentOptionFiles(python, platform));
  const local = await Promise.all(files.map(async ({ path }) => (await scan.shareOf(path)) === null));
  const mine = files.filter((_, at) => local[at]);
  const there = await scan.ports.identify(mine.map(({ path }) => path));
  const found: CollectedOption[] = [];
  for (const file of mine.filter((_, at) => there[at] !== null))
    found.push(...(await readOptionFile(scan, { ...file, reader: await scan.readerFor(file.path) })));
  return inOrder(found);
}
