import type { DiagnosisFacts } from '../facts.ts';
import { normalPath } from '../trust-sources/facts-index.ts';

/** By which two paths of a host compare. */
export function indexKey(platform: DiagnosisFacts['platform']): (path: string) => string {
  return (path) => normalPath(path, platform === 'windows');
}
