import { compareVersions, isAtLeast, versionNumber } from '../version-number.ts';
import type { ApiEra, Era, EraOf } from './types.ts';

type ApiVersion = readonly [number, number, number];

export interface EraRow {
  readonly era: Era;
  readonly first: ApiVersion;
  readonly last: ApiVersion;
  /** What begins with it: the end of a sentence. */
  readonly what: string;
}

/** shotgrid.md §1.4, column "tags". 3.0.12 has no tag; HISTORY gives it the argument, so that it counts with E2. */
export const ERA_TABLE: readonly EraRow[] = [
  {
    era: 'E0',
    first: [3, 0, 2],
    last: [3, 0, 7],
    what: 'a single file that uses the default store of Python',
  },
  { era: 'E1', first: [3, 0, 8], last: [3, 0, 11], what: 'calls use the bundle of httplib2 alone' },
  { era: 'E2', first: [3, 0, 12], last: [3, 0, 18], what: 'calls know the argument ca_certs' },
  { era: 'E3', first: [3, 0, 19], last: [3, 0, 20], what: 'calls know SHOTGUN_API_CACERTS' },
  { era: 'E4', first: [3, 0, 21], last: [3, 0, 35], what: 'calls also ask a module ca_certs_locater' },
  { era: 'E5', first: [3, 0, 36], last: [3, 0, 37], what: 'forms know SHOTGUN_API_CACERTS, S3 does not' },
  { era: 'E6', first: [3, 0, 38], last: [3, 0, 38], what: 'calls also know HTTPLIB2_CA_CERTS and certifi' },
  { era: 'E7', first: [3, 0, 39], last: [3, 2, 5], what: 'S3 knows SHOTGUN_API_CACERTS too' },
  {
    era: 'E8',
    first: [3, 2, 6],
    last: [3, 8, 1],
    what: 'every path falls back on the certifi that it brings',
  },
  {
    era: 'E9',
    first: [3, 8, 2],
    last: [3, 8, 5],
    what: 'forms and S3 ignore argument, variable and bundle and use the default store of Python',
  },
  {
    era: 'E10',
    first: [3, 9, 0],
    last: [3, 10, 3],
    what: 'every path uses argument, variable or certifi again',
  },
];

/** Tags whose files say the version of the tag before (shotgrid.md §1.1, "Mismatches"). */
const TWO_TAGS: Readonly<Record<string, string>> = {
  '3.2.4': 'tag v3.2.5 calls itself 3.2.4 too',
  '3.8.2': 'tag v3.8.3 calls itself 3.8.2 too',
  '3.8.4': 'tag v3.8.5 calls itself 3.8.4 too',
};

/** shotgrid.md §1.4 and §2.5. */
export const eraOf: EraOf = (api, core = null) => {
  const version = threeOf(api.version);
  const core_ = coreRule(core?.version ?? null);
  if (version === null) {
    const said =
      api.version === null ? 'It states no version' : 'What it states as its version starts with no number';
    return { era: null, reason: `${said}, so nothing can be said of it`, version, ...core_.flags };
  }
  const { era, reason } = rowOf(version, (api.version ?? '').trim());
  return { era, reason: `${reason}${core_.sentence}`, version, ...core_.flags };
};

function threeOf(text: string | null): ApiVersion | null {
  const [major, minor = 0, fix = 0] = versionNumber(text);
  return major === undefined ? null : [major, minor, fix];
}

function rowOf(version: ApiVersion, said: string): { era: Era; reason: string } {
  const [first] = ERA_TABLE;
  const newest = ERA_TABLE.at(-1);
  if (first === undefined || newest === undefined) throw new Error('ERA_TABLE is empty');
  if (compareVersions(version, newest.last) > 0)
    return {
      era: newest.era,
      reason: `${said} is newer than ${newest.last.join('.')}, the newest that is known, and is judged like it: ${newest.what}`,
    };
  if (compareVersions(version, first.first) < 0)
    return {
      era: first.era,
      reason: `${said} is older than ${first.first.join('.')}, the oldest that is known, and is judged like it: ${first.what}`,
    };
  const row = ERA_TABLE.findLast((known) => compareVersions(version, known.first) >= 0) ?? first;
  const exact = said === version.join('.');
  const counts = exact ? said : `${said}, which counts as ${version.join('.')},`;
  const twin = TWO_TAGS[said];
  return {
    era: row.era,
    reason: `${counts} is one of ${rangeOf(row)}: ${row.what}${twin === undefined ? '' : ` (${twin})`}`,
  };
}

function rangeOf({ first, last }: EraRow): string {
  return compareVersions(first, last) === 0 ? first.join('.') : `${first.join('.')} to ${last.join('.')}`;
}

type CoreFlags = Pick<ApiEra, 'coreDecides' | 'emptyIsUnset'>;

/** From v0.23.7 the API lies in a zip, where ssl can read no file, and the core replaces `_get_certs_file` (shotgrid.md §2.5). */
function coreRule(text: string | null): { flags: CoreFlags; sentence: string } {
  const core = versionNumber(text);
  if (!isAtLeast(core, [0, 23, 7]))
    return { flags: { coreDecides: false, emptyIsUnset: false }, sentence: '' };
  if (isAtLeast(core, [0, 23, 10]))
    return {
      flags: { coreDecides: false, emptyIsUnset: true },
      sentence: `; tk-core ${text ?? ''} gives it the bundle that it unpacked and honours the argument and SHOTGUN_API_CACERTS`,
    };
  return {
    flags: { coreDecides: true, emptyIsUnset: false },
    sentence: `; tk-core ${text ?? ''} gives it the bundle that it unpacked and ignores the argument and SHOTGUN_API_CACERTS`,
  };
}
