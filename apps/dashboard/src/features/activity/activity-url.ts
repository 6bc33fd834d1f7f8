import { AUDIT_ACTIONS } from '@trustfleet/api';
import { createLoader, type inferParserType, parseAsString, parseAsStringLiteral } from 'nuqs/server';
import { pagedReads } from '../../lib/api/reads.ts';

export const activityUrl = {
  action: parseAsStringLiteral(AUDIT_ACTIONS),
  q: parseAsString.withDefault(''),
};
export const loadActivity = createLoader(activityUrl);

export function activityRead({ action, q }: inferParserType<typeof activityUrl>) {
  return pagedReads.audit({ action: action ?? '', q: q.slice(0, 200) });
}
