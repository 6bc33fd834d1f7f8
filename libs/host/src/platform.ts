import type { Host } from './types.ts';

export function hostPlatform(): Host['platform'] {
  if (process.platform === 'win32') return 'windows';
  return process.platform === 'darwin' ? 'macos' : 'linux';
}
