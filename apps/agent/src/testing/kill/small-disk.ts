import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { WriteCalls } from '@trustfleet/host';
import type { FileCalls } from '@trustfleet/repair';

const SIZE = '2m';

/** A tmpfs of two megabytes, in the mount namespace of this process, that is full from a chosen write on. */
export interface SmallDisk {
  /** Holds `state` and `root`. */
  readonly place: string;
  readonly calls: FileCalls & WriteCalls;
  /** Something is about to be written; the agent's own calls count by themselves. */
  write(): void;
  /** There is space again. */
  free(): void;
  writes(): number;
  /** Brings what stands on it back to the usual disk. */
  close(): void;
}

function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const size of [65_536, 4096, 1]) fillBy(file, Buffer.alloc(size));
  } finally {
    closeSync(file);
  }
}

function fillBy(file: number, chunk: Buffer): void {
  for (;;) {
    try {
      writeSync(file, chunk);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return;
      throw error;
    }
  }
}

export function openSmallDisk(directory: string, fullAt: number): SmallDisk {
  const place = join(directory, 'disk');
  const filler = join(place, 'filler');
  mkdirSync(place, { recursive: true });
  execFileSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', place]);
  for (const part of ['state', 'root']) execFileSync('/bin/cp', ['-a', join(directory, part), place]);
  let writes = 0;
  const write = (): void => {
    writes += 1;
    if (writes === fullAt) fill(filler);
  };
  const calls: SmallDisk['calls'] = {
    ...{ rename, rm, readFile, readdir, unlink },
    mkdir(path, options) {
      write();
      return mkdir(path, options);
    },
    async open(path, flags, mode) {
      if (flags !== 'r') write();
      return open(path, flags, mode);
    },
  };
  return {
    place,
    calls,
    write,
    free() {
      rmSync(filler, { force: true });
    },
    writes: () => writes,
    close() {
      rmSync(filler, { force: true });
      for (const part of ['state', 'root']) {
        rmSync(join(directory, part), { recursive: true, force: true });
        execFileSync('/bin/cp', ['-a', join(place, part), directory]);
      }
    },
  };
}
