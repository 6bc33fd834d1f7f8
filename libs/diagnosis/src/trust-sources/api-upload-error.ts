import { isAtLeast, isBefore } from '../version-number.ts';
import {
  isSystemError,
  pythonLoadError,
  withoutClass,
  type FileProblem,
  type Reader,
} from './file-problem.ts';
import type { ApiEra, ApiPath } from '../shotgun-api/types.ts';

export interface Upload extends Reader {
  readonly path: ApiPath;
  readonly judged: ApiEra;
}

/**
 * What a bad CA file looks like to a user of the API (shotgrid.md §1.4). Up to 3.8.1 an upload loads it while it connects, where urllib makes
 * every OSError a URLError; 3.6.1 and later retry that and end with "Max attemps" (§1.6). From 3.9.0 it is loaded before, and seen as it is.
 */
export function apiUploadError(problem: FileProblem, { path, judged, ...reader }: Upload): string {
  const raised = pythonLoadError(problem, reader);
  const version = judged.version ?? [];
  if (path === 'crud' || isAtLeast(version, [3, 8, 2])) return raised;
  // Python 2's urllib2 turns errors of the socket alone into a URLError, and nothing else is tried again.
  const old = isBefore(reader.python, [3]);
  if (old && isSystemError(problem)) return raised;
  if (isAtLeast(version, [3, 6, 1])) return 'shotgun_api3.shotgun.ShotgunError: Max attemps limit reached.';
  return `${old ? 'urllib2' : 'urllib.error'}.URLError: <urlopen error ${withoutClass(raised)}>`;
}
