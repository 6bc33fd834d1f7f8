import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sha256Hex } from '@trustfleet/certificates';
import { messageOf } from '../detail.ts';
import type { DurableFiles, RepairLog } from '../ports.ts';

/** Largest artifact: a wheel. */
export const MAX_ARTIFACT_BYTES = 64 * 1024 * 1024;
/** So much stands in memory before it is put on disk: what a cut connection brought is not fetched again. */
const FLUSH_BYTES = 1024 * 1024;
const MAX_TRIES = 6;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Trying again would not help; the message is for a person. */
export class ArtifactRefusedError extends Error {
  override readonly name = 'ArtifactRefusedError';
}

export interface ArtifactRequest {
  readonly sha256: string;
  /** What is here already: bytes from this one on are wanted. */
  readonly offset: number;
  readonly signal: AbortSignal;
}

/**
 * Brings the bytes of an artifact from the server. The iteration ends only after the last byte; it throws {@link ArtifactRefusedError}
 * where the server will not give it, anything else where the way was cut.
 */
export type FetchArtifact = (request: ArtifactRequest) => AsyncIterable<Uint8Array>;

export interface ArtifactStoreOptions {
  readonly files: DurableFiles;
  /** Of the agent; a directory of its own is made in it. */
  readonly stateDir: string;
  readonly fetch: FetchArtifact;
  readonly log: RepairLog;
  /** In [0, 1): jitter only. */
  readonly random: () => number;
  /** First pause between two tries, in milliseconds; tests shorten it. */
  readonly pauseMs?: number;
}

/** Artifacts that are too large for a job's message, by their SHA-256: fetched with resume, each proved before anything uses it. */
export interface ArtifactStore {
  /** The proved bytes; null for what is not here, not here as a whole, or is something else. */
  read(sha256: string): Promise<Uint8Array | null>;
  /** Fetches what is missing of `wanted`; what neither `wanted` nor `needed` names goes. Throws with the reason, for a person. */
  fetch(
    wanted: readonly string[],
    how: { readonly needed: ReadonlySet<string>; readonly signal: AbortSignal },
  ): Promise<void>;
}

/** The store in `stateDir/artifacts`. */
export function createArtifactStore(options: ArtifactStoreOptions): ArtifactStore {
  const { files } = options;
  const home = join(options.stateDir, 'artifacts');
  const place: Place = {
    directory: (sha256) => join(home, sha256),
    file: (sha256) => join(home, sha256, 'bytes'),
  };
  const read: ArtifactStore['read'] = async (sha256) => {
    const bytes = await files.read(place.file(sha256));
    return bytes !== null && sha256Hex(bytes) === sha256 ? bytes : null;
  };
  return {
    read,
    async fetch(wanted, { needed, signal }) {
      for (const name of await files.list(home))
        if (!wanted.includes(name) && !needed.has(name)) await files.removeDirectory(join(home, name));
      for (const sha256 of wanted)
        if ((await read(sha256)) === null) await bring(options, place, { sha256, signal });
    },
  };
}

interface Place {
  directory(sha256: string): string;
  file(sha256: string): string;
}
type Wanted = Omit<ArtifactRequest, 'offset'>;

async function bring(options: ArtifactStoreOptions, place: Place, wanted: Wanted): Promise<void> {
  const { sha256, signal } = wanted;
  await options.files.makeDirectory(place.directory(sha256));
  for (let tries = 1; ; tries += 1) {
    try {
      await receive(options, place.file(sha256), wanted);
      await prove(options, place, sha256);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ArtifactRefusedError || tries === MAX_TRIES)
        throw new ArtifactRefusedError(`The artifact ${sha256} could not be fetched: ${messageOf(error)}`, {
          cause: error,
        });
      options.log('warn', 'an artifact was cut off and is fetched further', {
        ...{ sha256, tries, reason: messageOf(error) },
      });
      await pause(pauseOf(options, tries), undefined, { signal });
    }
  }
}

/** Full jitter (protocol.md "Rules" 4), and never at once. */
function pauseOf({ random, pauseMs = FIRST_PAUSE_MS }: ArtifactStoreOptions, tries: number): number {
  return (0.1 + 0.9 * random()) * Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** (tries - 1));
}

async function receive({ files, fetch }: ArtifactStoreOptions, file: string, wanted: Wanted): Promise<void> {
  let size = (await files.read(file))?.length ?? 0;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = async (): Promise<void> => {
    if (waitingBytes > 0) await files.append(file, Buffer.concat(waiting));
    [waiting, waitingBytes] = [[], 0];
  };
  try {
    for await (const chunk of fetch({ ...wanted, offset: size })) {
      size += chunk.length;
      if (size > MAX_ARTIFACT_BYTES)
        throw new ArtifactRefusedError(`it is larger than ${MAX_ARTIFACT_BYTES} bytes.`);
      waiting.push(chunk);
      waitingBytes += chunk.length;
      if (waitingBytes >= FLUSH_BYTES) await flush();
    }
  } finally {
    await flush();
  }
}

/** What is not what its name says goes, so that the next try begins anew. */
async function prove({ files }: ArtifactStoreOptions, place: Place, sha256: string): Promise<void> {
  const found = sha256Hex((await files.read(place.file(sha256))) ?? new Uint8Array());
  if (found === sha256) return;
  await files.removeDirectory(place.directory(sha256));
  throw new ArtifactRefusedError(`it arrived with the content ${found}.`);
}
