import { readFileSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { readUsers } from './accounts.ts';
import { errorCode } from './errors.ts';
import { findFiles, findForeign } from './find.ts';
import { identifyApart } from './identify-apart.ts';
import { identify, makeDirectory } from './identify.ts';
import { listDirectory } from './list-directory.ts';
import { createMountTable } from './mounts.ts';
import { observeEndpoint } from './observe-endpoint/observe-endpoint.ts';
import { inspectPath } from './path-chain.ts';
import { hostPlatform } from './platform.ts';
import { readBoundedFile } from './read-file.ts';
import { ownUid, runProgram } from './run-program.ts';
import type { Host } from './types.ts';
import { windowsParts } from './windows-host.ts';
import { nativeWindowsStores } from './windows/index.ts';
import { atomicWriteFile, removeFile } from './write-file.ts';

/** The real operating system behind the ports that trust-stores, python and repair declare. */
export function createHost(): Host {
  const mounts = createMountTable();
  return {
    platform: hostPlatform(),
    uid: ownUid(),
    canActAs: ownUid() === 0 && mapsOtherUids(),
    users: readUsers,
    registry: null,
    windowsStores: hostPlatform() === 'windows' ? nativeWindowsStores() : null,
    runProgram,
    readFile: readBoundedFile,
    listDirectory,
    findFiles,
    inspectPath,
    findForeign,
    networkMount: (path) => mounts.networkMount(path),
    networkShare: (path) => mounts.networkShare(path),
    observeEndpoint,
    identify,
    identifyApart,
    makeDirectory,
    isExecutable,
    isWritable,
    writeFile: atomicWriteFile,
    removeFile,
    ...(hostPlatform() === 'windows' ? windowsParts() : {}),
  };
}

async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ELOOP'].includes(errorCode(error))) return false;
    throw error;
  }
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

/** user_namespaces(7): lines of "inside outside length". One that covers only a handful of ids has no other accounts. */
function mapsOtherUids(): boolean {
  try {
    const lengths = readFileSync('/proc/self/uid_map', 'utf8')
      .trim()
      .split('\n')
      .map((line) => Number(line.trim().split(/\s+/)[2]));
    return lengths.some((length) => length > 1000);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
}
