import { sharedInstallKind } from '@trustfleet/api';
import {
  createLoader,
  type inferParserType,
  parseAsBoolean,
  parseAsString,
  parseAsStringLiteral,
} from 'nuqs/server';
import { pagedReads } from '../../lib/api/reads.ts';

export const KINDS = sharedInstallKind.options;

export const installListUrl = {
  q: parseAsString.withDefault(''),
  kind: parseAsStringLiteral(KINDS),
  /** Only places of which hosts see different contents. */
  differing: parseAsBoolean.withDefault(false),
};
export const loadInstallList = createLoader(installListUrl);

/** As libs/api `sharedInstallListQuery` takes it. */
const LONGEST_SEARCH = 200;

export function installListRead({ q, kind, differing }: inferParserType<typeof installListUrl>) {
  return pagedReads.installs({ q: q.slice(0, LONGEST_SEARCH), kind, ...(differing ? { differing } : {}) });
}
