import { lstat } from 'node:fs/promises';
import { win32 } from 'node:path';
import { errorCode } from '../errors.ts';
import { pathProblem } from '../path-problem.ts';
import { chainProblem, type Demand } from './judge.ts';
import type { SecurityCalls } from './native.ts';

/** Who may do what with files by their access lists (Windows). */
export interface FileAccess {
  /**
   * Why others than SYSTEM, the Administrators and this account may change a file or folder (`write`), or read it as well (`secret`),
   * or put another in its place through a folder above it: one sentence. Null when they may not. What cannot be told is a problem.
   */
  problem(path: string, demand: 'write' | 'secret'): Promise<string | null>;
  /**
   * Makes a folder that only SYSTEM and the Administrators may enter (where this process has not their rights, this account too), and
   * what is missing above it, which everybody may read. One that is there is left as it is.
   */
  makePrivateDirectory(path: string): Promise<void>;
  /** Has this process the rights of the Administrators? SYSTEM has. */
  isAdministrator(): boolean;
}

export interface AccessParts {
  readonly calls: SecurityCalls;
  readonly look: (path: string) => Promise<{ isSymbolicLink(): boolean }>;
}

const MASTERS = '(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)';

/** The path and every folder above it up to the drive. */
function chainOf(path: string): string[] {
  const chain = [win32.normalize(path)];
  for (let at = chain[0] ?? ''; win32.dirname(at) !== at; at = win32.dirname(at))
    chain.push(win32.dirname(at));
  return chain;
}

async function problemOf({ calls, look }: AccessParts, path: string, demand: Demand): Promise<string | null> {
  const wrong = pathProblem(path, 'windows');
  if (wrong !== null) return `${wrong}.`;
  const chain = chainOf(path);
  // What an access list says of a link is said of its target; who made the link could make another.
  for (const at of chain)
    if ((await look(at)).isSymbolicLink()) return `${at} is a link: the thing itself has to stand there.`;
  const secured = chain.map((at) => ({ path: at, sddl: calls.sddlOf(at) }));
  return chainProblem(secured, { demand, ownSid: calls.ownSid() });
}

const isThere = async ({ look }: AccessParts, path: string): Promise<boolean> =>
  look(path).then(
    () => true,
    (error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return false;
      throw error;
    },
  );

async function makePrivate(parts: AccessParts, path: string): Promise<void> {
  const { calls } = parts;
  const administrator = calls.isAdministrator();
  const sid = calls.ownSid();
  const owner = administrator ? 'O:BA' : '';
  const own = administrator || sid === null ? '' : `(A;OICI;FA;;;${sid})`;
  const [last, ...above] = chainOf(path);
  for (const at of [...above.toReversed(), last ?? path]) {
    if (await isThere(parts, at)) continue;
    const others = at === last ? '' : '(A;OICI;0x1200a9;;;BU)';
    // Somebody else may have made it in between: who that was is judged when it is used.
    if (!calls.makeDirectory(at, `${owner}D:P${MASTERS}${own}${others}`) && !(await isThere(parts, at)))
      throw new Error(`the folder ${at} could not be made: it needs the rights of the Administrators`);
  }
}

/** Made of the given calls: those of Windows, or a test's. */
export function createFileAccess(parts: AccessParts): FileAccess {
  return {
    problem: (path, demand) => problemOf(parts, path, demand),
    makePrivateDirectory: (path) => makePrivate(parts, path),
    isAdministrator: () => parts.calls.isAdministrator(),
  };
}

/** Null on every other system than Windows, where owner and mode say it. koffi is loaded when it is first called for. */
export async function openFileAccess(): Promise<FileAccess | null> {
  if (process.platform !== 'win32') return null;
  const { loadKoffi } = await import('../windows/load-koffi.ts');
  const { bindSecurityCalls } = await import('./native.ts');
  return createFileAccess({ calls: bindSecurityCalls(await loadKoffi()), look: lstat });
}
