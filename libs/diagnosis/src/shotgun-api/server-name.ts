import { isAtLeast, isBefore, type VersionNumber } from '../version-number.ts';
import type { ApiPath } from './types.ts';

export interface ServerNameRule {
  /** Sends the name of the server (SNI). */
  readonly sendsName: boolean;
  /** Compares it with the certificate. */
  readonly checksName: boolean;
}

/**
 * `ownFile`: the path goes by a CA file, not by Python's default store. Uploads with one neither send nor check the name in 3.0.36 – 3.8.1
 * (shotgrid.md §1.4). Calls send none before 3.0.38, whose httplib2 0.12.0 "fixes SNI issues" (§1.6), though they check it.
 */
export function serverName(api: VersionNumber, path: ApiPath, ownFile: boolean): ServerNameRule {
  if (!ownFile) return { sendsName: true, checksName: true };
  if (path === 'crud') return { sendsName: isAtLeast(api, [3, 0, 38]), checksName: true };
  const blind = isAtLeast(api, [3, 0, 36]) && isBefore(api, [3, 8, 2]);
  return { sendsName: !blind, checksName: !blind };
}
