import type { FileFailureState, FileRead } from './types.ts';

export function failure(state: FileFailureState, detail: string): FileRead {
  return { state, detail, size: null, realPath: null };
}

export function tooLarge(found: {
  path: string;
  realPath: string | null;
  size: number;
  maxBytes: number;
}): FileRead {
  const detail = `${found.path} is larger than the limit of ${found.maxBytes} bytes`;
  return { state: 'tooLarge', detail, size: found.size, realPath: found.realPath };
}
