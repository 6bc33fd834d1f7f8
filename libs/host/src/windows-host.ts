import { realpath, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { errorCode, isAboutPath } from './errors.ts';
import { pathProblem } from './path-problem.ts';
import type { Host } from './types.ts';
import { openFileAccess, type FileAccess } from './windows-acl/index.ts';
import { walkFiles } from './windows-files/walk.ts';
import { createRegistry } from './windows-registry/index.ts';

const NOT_THERE = ['ENOENT', 'ENOTDIR'];

/**
 * Owners are SIDs here, which the shape has no place for: none is named, and what others than the machine's masters may change counts as
 * writable.
 */
function pathInspector(): Host['inspectPath'] {
  let opened: Promise<FileAccess | null> | null = null;
  return async (path) => {
    const unseen = { realPath: null, directory: false, owners: [], writable: path, openToAll: false };
    if (pathProblem(path) !== null) return { ...unseen, state: 'missing' };
    try {
      const [realPath, stats] = await Promise.all([realpath(path), stat(path)]);
      const access = await (opened ??= openFileAccess());
      const problem = access === null ? path : await access.problem(path, 'write');
      const writable = problem === null ? null : path;
      return { ...unseen, state: 'resolved', realPath, directory: stats.isDirectory(), writable };
    } catch (error) {
      if (errorCode(error) === '') throw error;
      return { ...unseen, state: NOT_THERE.includes(errorCode(error)) ? 'missing' : 'unreadable' };
    }
  };
}

async function isExecutable(path: string): Promise<boolean> {
  if (pathProblem(path) !== null || extname(path).toLowerCase() !== '.exe') return false;
  return stat(path).then(
    (stats) => stats.isFile(),
    (error: unknown) => {
      if (!isAboutPath(error)) throw error;
      return false;
    },
  );
}

/** What Windows does in another way than the others. */
export function windowsParts(): Pick<
  Host,
  'users' | 'registry' | 'findFiles' | 'findForeign' | 'inspectPath' | 'isExecutable'
> {
  return {
    users: () =>
      Promise.resolve({ users: [], detail: 'the accounts of people are not looked at on Windows yet' }),
    registry: createRegistry(),
    findFiles: walkFiles,
    findForeign: ({ directory }) =>
      Promise.resolve({
        state: 'unknown',
        path: null,
        detail: `who may change what lies in ${directory} is not looked at on Windows yet`,
      }),
    inspectPath: pathInspector(),
    isExecutable,
  };
}
