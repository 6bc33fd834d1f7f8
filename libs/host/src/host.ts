import { stat } from 'node:fs/promises';
import { errorCode } from './errors.ts';
import { findFiles, findForeign } from './find.ts';
import { listDirectory } from './list-directory.ts';
import { createMountTable } from './mounts.ts';
import { inspectPath } from './path-chain.ts';
import { readBoundedFile } from './read-file.ts';
import { ownUid, runProgram } from './run-program.ts';
import type { Host } from './types.ts';
import { atomicWriteFile, removeFile } from './write-file.ts';

/** The real operating system behind the ports that trust-stores, python and repair declare. */
export function createHost(): Host {
  const mounts = createMountTable();
  return {
    uid: ownUid(),
    runProgram,
    readFile: readBoundedFile,
    listDirectory,
    findFiles,
    inspectPath,
    findForeign,
    networkMount: (path) => mounts.networkMount(path),
    isExecutable,
    writeFile: atomicWriteFile,
    removeFile,
  };
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    const stats = await stat(path);
    return stats.isFile() && (stats.mode & 0o111) !== 0;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP'].includes(errorCode(error))) return false;
    throw error;
  }
}
