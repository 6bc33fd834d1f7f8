import type { ClientOption } from '@trustfleet/protocol';
import { compare } from '../scan.ts';
import type { CollectedOption } from '../types.ts';

/** As many as a section takes. */
const MAX_OPTIONS = 1000;
const SCOPES: readonly ClientOption['scope'][] = ['machine', 'user', 'environment', 'variable'];

/** Each once; of one client, name, account and environment the one that counts, since a later file beats an earlier one. */
export function inOrder(found: readonly CollectedOption[]): CollectedOption[] {
  const counting = new Map(found.map((one) => [keyOf(one), one]));
  return [...counting]
    .toSorted(([a], [b]) => compare(a, b))
    .map(([, one]) => one)
    .slice(0, MAX_OPTIONS);
}

/** Several files that variables name are several options: each counts where its variable says so. */
function keyOf({ option: { client, name, account, scope, python, definedIn } }: CollectedOption): string {
  const file = scope === 'variable' ? definedIn : '';
  return [client, name, SCOPES.indexOf(scope), account ?? '', python ?? '', file].join('\0');
}
