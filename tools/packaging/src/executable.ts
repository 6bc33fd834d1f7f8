import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { withoutSignature } from './portable-executable.ts';

const run = promisify(execFile);
const LIMIT_MS = 5 * 60_000;
/** What Node looks for in itself (Node's manual, "Single executable applications"). */
const RESOURCE = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export interface BlobRequest {
  /** Node that runs here, of the very version that will carry the blob: its format belongs to the version. */
  readonly node: string;
  /** Where the bundle lies, and the blob is made. */
  readonly directory: string;
  /** The bundle in it, CommonJS. */
  readonly main: string;
}

/**
 * The bundle as Node embeds it; answers where the blob is. Neither snapshot nor code cache: both belong to one platform, and the blob
 * serves all. The blob holds the name of the bundle as it is given here: a bare one, so that equal sources give equal bytes.
 */
export async function writeBlob({ node, directory, main }: BlobRequest): Promise<string> {
  const output = 'agent.blob';
  const settings = {
    main,
    output,
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
  };
  await writeFile(join(directory, 'sea.json'), JSON.stringify(settings));
  // Nothing of the caller's Node settings: the blob would hold what they say.
  await run(node, ['--experimental-sea-config', 'sea.json'], { timeout: LIMIT_MS, env: {}, cwd: directory });
  return join(directory, output);
}

function postject(): string {
  return join(dirname(createRequire(import.meta.url).resolve('postject/package.json')), 'dist/cli.js');
}

export interface ExecutableRequest {
  /** Node's own binary for the target. */
  readonly runtime: string;
  readonly blob: string;
  /** Where to write. */
  readonly executable: string;
}

/** A copy of Node with the blob inside. */
export async function writeExecutable({ runtime, blob, executable }: ExecutableRequest): Promise<void> {
  const image = await readFile(runtime);
  await writeFile(executable, executable.endsWith('.exe') ? withoutSignature(image) : image);
  // In a process of its own: it prints warnings about sections that strip(1) left without a name, and keeps the image many times over.
  const args = [postject(), executable, RESOURCE, blob, '--sentinel-fuse', FUSE];
  await run(process.execPath, args, { timeout: LIMIT_MS, maxBuffer: 16 * 1024 * 1024 });
  await chmod(executable, 0o755);
}
