import { join } from 'node:path';

/** `path` of the host as it lies on disk below `root`. */
export function below(root: string, path: string): string {
  return root === '/' ? path : join(root, path);
}

export function isInside(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}
