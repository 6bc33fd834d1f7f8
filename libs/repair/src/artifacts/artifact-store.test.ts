import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '@trustfleet/certificates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDurableFiles } from '../durable-files.ts';
import {
  ArtifactRefusedError,
  createArtifactStore,
  MAX_ARTIFACT_BYTES,
  type ArtifactStore,
  type FetchArtifact,
} from './artifact-store.ts';

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'trustfleet-artifacts-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const bytes = randomBytes(3 * 1024 * 1024 + 17);
const sha256 = sha256Hex(bytes);
const nothing = new Set<string>();
const signal = AbortSignal.timeout(60_000);

function* chunksOf(content: Uint8Array, size = 64 * 1024): Generator<Uint8Array> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}
const store = (fetch: FetchArtifact): ArtifactStore =>
  createArtifactStore({
    ...{ files: createDurableFiles(), stateDir, fetch, log: () => undefined, random: () => 0 },
    pauseMs: 1,
  });

/** A server whose way is cut after so many bytes of each answer. */
function cutAfter(limit: number, offsets: number[]): FetchArtifact {
  return async function* ({ offset }) {
    offsets.push(offset);
    await Promise.resolve();
    let given = 0;
    for (const chunk of chunksOf(bytes.subarray(offset))) {
      if (given >= limit) throw new Error('ECONNRESET');
      given += chunk.length;
      yield chunk;
    }
  };
}

describe('artifacts that do not travel with a job', () => {
  it('come whole, are proved, and are not fetched again', async () => {
    const offsets: number[] = [];
    const own = store(cutAfter(Infinity, offsets));
    expect(await own.read(sha256)).toBeNull();

    await own.fetch([sha256], { needed: nothing, signal });
    await own.fetch([sha256], { needed: nothing, signal });

    expect(Buffer.from((await own.read(sha256))!).equals(bytes)).toBe(true);
    expect(offsets).toEqual([0]);
  });

  it('go on where the way was cut, also after the agent was stopped', async () => {
    const offsets: number[] = [];
    const stopped = new AbortController();
    const dying: FetchArtifact = async function* (request) {
      for await (const chunk of cutAfter(1024 * 1024, offsets)(request)) yield chunk;
      stopped.abort();
    };
    const first: FetchArtifact = async function* (request) {
      try {
        yield* dying(request);
      } catch (error) {
        stopped.abort(error);
        throw error;
      }
    };
    await expect(store(first).fetch([sha256], { needed: nothing, signal: stopped.signal })).rejects.toThrow();
    await store(cutAfter(1024 * 1024, offsets)).fetch([sha256], { needed: nothing, signal });

    expect(Buffer.from((await store(first).read(sha256))!).equals(bytes)).toBe(true);
    expect(offsets).toEqual([0, 1, 2, 3].map((mebibytes) => mebibytes * 1024 * 1024));
  });

  it('altered bytes are refused, and nothing of them stays', async () => {
    const altered = Buffer.from(bytes);
    altered[2_000_000]! ^= 1;
    const own = store(async function* ({ offset }) {
      await Promise.resolve();
      yield* chunksOf(altered.subarray(offset));
    });

    await expect(own.fetch([sha256], { needed: nothing, signal })).rejects.toThrow(
      /arrived with the content/,
    );
    expect(await own.read(sha256)).toBeNull();
    expect(await readdir(join(stateDir, 'artifacts'))).toEqual([]);
  });

  it('bytes that were altered on the disk are not used', async () => {
    const own = store(cutAfter(Infinity, []));
    await own.fetch([sha256], { needed: nothing, signal });
    await writeFile(join(stateDir, 'artifacts', sha256, 'bytes'), 'altered');

    expect(await own.read(sha256)).toBeNull();
  });

  it('what the server does not give is not asked for twice', async () => {
    let asked = 0;
    const own = store(async function* () {
      asked += 1;
      yield* [];
      await Promise.resolve();
      throw new ArtifactRefusedError('404');
    });

    await expect(own.fetch([sha256], { needed: nothing, signal })).rejects.toThrow(ArtifactRefusedError);
    expect(asked).toBe(1);
  });

  it('a way that is cut each time is given up', async () => {
    const offsets: number[] = [];

    await expect(store(cutAfter(0, offsets)).fetch([sha256], { needed: nothing, signal })).rejects.toThrow(
      /could not be fetched: ECONNRESET/,
    );
    expect(offsets).toHaveLength(6);
  });

  it('what never ends is refused', async () => {
    const chunk = Buffer.alloc(4 * 1024 * 1024);
    let given = 0;
    const own = store(async function* () {
      await Promise.resolve();
      for (;;) {
        given += chunk.length;
        yield chunk;
      }
    });

    await expect(own.fetch([sha256], { needed: nothing, signal })).rejects.toThrow(/larger than/);
    expect(given).toBeLessThanOrEqual(MAX_ARTIFACT_BYTES + chunk.length);
  });

  it('goes when no open job needs it', async () => {
    const own = store(cutAfter(Infinity, []));
    const other = 'a'.repeat(64);
    const needed = new Set(['b'.repeat(64)]);
    for (const name of [other, ...needed])
      await createDurableFiles().makeDirectory(join(stateDir, 'artifacts', name));

    await own.fetch([sha256], { needed, signal });

    expect(await readdir(join(stateDir, 'artifacts'))).toEqual([sha256, ...needed].sort());
  });
});
