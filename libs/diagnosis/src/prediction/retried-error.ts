import type { Consumer } from '../consumer.ts';
import { isAtLeast, versionNumber } from '../version-number.ts';

const UPLOADS: readonly Consumer['client'][] = ['shotgun_api3.form', 'shotgun_api3.s3'];

/**
 * From 3.6.1 on uploads are tried again after every URLError, and end with that alone: the verify error stands in the debug log (shotgrid.md,
 * fact 6, and §1.6; `_send_form` and `_upload_data_to_storage` of 3.8.5 and 3.10.3). Null for whoever says what went wrong.
 */
export function retriedError({ client, api }: Consumer): string | null {
  const version = versionNumber(api?.version ?? null);
  if (!UPLOADS.includes(client) || !isAtLeast(version, [3, 6, 1])) return null;
  const word = isAtLeast(version, [3, 9, 1]) ? 'attempts' : 'attemps';
  return `shotgun_api3.shotgun.ShotgunError: Max ${word} limit reached.`;
}
