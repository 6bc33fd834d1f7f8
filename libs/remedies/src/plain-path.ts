import { z } from 'zod';

const MAX_PATH = 4096;

/** Absolute on either kind of system, as it would be written by the system itself: no `..`, nothing that cannot be shown. */
export function isPlainPath(path: string): boolean {
  const segments = path.split(/[/\\]/);
  return (
    path.length <= MAX_PATH &&
    /^(\/|[A-Za-z]:\\)./u.test(path) &&
    !/\p{Cc}/u.test(path) &&
    !segments.some((segment) => segment === '..' || segment === '.')
  );
}

/** A path that an order may name. */
export const plainPath = z.string().refine(isPlainPath, 'Give an absolute path without . or .. in it.');
