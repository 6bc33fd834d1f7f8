import { join } from 'node:path';

/*
 * Paths are written with `/` between names here, on Windows too (`C:/Python311/python.exe`), which its file system takes; `native` is
 * how they are reported there.
 */

/** `path` of the host as it lies on disk below `root`. */
export function below(root: string, path: string): string {
  return root === '/' ? path : join(root, path);
}

export function isInside(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 1)) || '/';
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Without a slash at its end. */
export function withoutSlash(path: string): string {
  return path.replace(/(.)\/+$/, '$1');
}

export function isAbsolutePath(path: string): boolean {
  return /^(\/|[a-z]:\/)/i.test(path);
}
