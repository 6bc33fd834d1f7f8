import { mkdir, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { hostPlatform } from './platform.ts';
import type { FileCalls } from './types.ts';
import { windowsFileCalls } from './windows-files/file-calls.ts';

const posixFileCalls: FileCalls = { mkdir, open, readdir, readFile, rename, rm, unlink };

/** What a change of a file on this machine is made of. */
export const fileCalls: FileCalls = hostPlatform() === 'windows' ? windowsFileCalls : posixFileCalls;
