import {
  compareVersions,
  importable,
  isAtLeast,
  versionNumber,
  type VersionNumber,
} from '@trustfleet/diagnosis';

/** Cores that no host is brought to (shotgrid.md §1.5, §2.4): the first and the last of each, and what is wrong with them. */
const BAD: readonly { readonly first: VersionNumber; readonly last: VersionNumber; readonly why: string }[] =
  [
    {
      ...{ first: [0, 22, 2], last: [0, 22, 7] },
      why: 'its shotgun_api3 (3.8.2 to 3.8.5) ignores argument, variable and bundle for uploads and downloads',
    },
    {
      ...{ first: [0, 23, 7], last: [0, 23, 9] },
      why: 'it ignores SHOTGUN_API_CACERTS for everything',
    },
  ];

/** Why nobody should run that core; null for every other. */
export function whyBadCore(version: string): string | null {
  const number = versionNumber(version);
  const row = BAD.find(({ first, last }) => isAtLeast(number, first) && compareVersions(number, last) <= 0);
  return row?.why ?? null;
}

/** shotgrid.md §2.4: the first core with each vendored API, from the oldest that is offered on. */
const APIS: readonly (readonly [core: VersionNumber, api: string])[] = [
  [[0, 18, 164], '3.0.39'],
  [[0, 19, 0], '3.2.2'],
  [[0, 19, 10], '3.2.4'],
  [[0, 19, 18], '3.2.6'],
  [[0, 20, 1], '3.3.0'],
  [[0, 20, 2], '3.3.1'],
  [[0, 20, 6], '3.3.2'],
  [[0, 20, 13], '3.3.4'],
  [[0, 20, 15], '3.3.5'],
  [[0, 20, 24], '3.3.6'],
  [[0, 20, 26], '3.4.0'],
  [[0, 20, 31], '3.4.1'],
  [[0, 20, 32], '3.4.2'],
  [[0, 21, 1], '3.5.1'],
  [[0, 21, 3], '3.6.0'],
  [[0, 21, 5], '3.6.1'],
  [[0, 21, 7], '3.6.2'],
  [[0, 22, 1], '3.8.1'],
  [[0, 22, 2], '3.8.2'],
  [[0, 22, 4], '3.8.4'],
  [[0, 23, 0], '3.9.0'],
  [[0, 23, 3], '3.9.1'],
  [[0, 23, 5], '3.9.2'],
  [[0, 23, 6], '3.10.0'],
  [[0, 24, 0], '3.10.3'],
];

/** The API that a core brings; null for one that is older than the table. A newer core counts as the newest. */
export function apiOfCore(version: string): string | null {
  const number = versionNumber(version);
  return APIS.findLast(([core]) => isAtLeast(number, core))?.[1] ?? null;
}

/** The newest core of which the API is known. */
const NEWEST: VersionNumber = [0, 24, 0];

/** As {@link apiOfCore}, and null for a core that is newer than the table: of that nothing is known. */
export const knownApiOfCore = (version: string): string | null =>
  compareVersions(versionNumber(version), NEWEST) > 0 ? null : apiOfCore(version);

/** From v0.23.7 on the API lies in one zip for each of these (shotgrid.md §2.5): there is none for 3.8, 3.12 and 3.14. */
const ZIPPED_FROM: VersionNumber = [0, 23, 7];
const ZIPPED_FOR = ['3.9', '3.10', '3.11', '3.13'] as const;

/** Feature versions of Python that have their own zip; null for a core whose API is a folder for all of them. */
export function zipsOfCore(version: string): readonly string[] | null {
  return isAtLeast(versionNumber(version), ZIPPED_FROM) ? ZIPPED_FOR : null;
}

/** Why a Python cannot import the API of that core; null where it can, and where nobody knows. */
export function whyNotServed(version: string, python: string): string | null {
  const number = versionNumber(python);
  const feature = number.slice(0, 2).join('.');
  const zips = zipsOfCore(version);
  if (zips !== null)
    return number.length < 2 || zips.includes(feature)
      ? null
      : `tk-core ${version} brings shotgun_api3 for Python ${zips.join(', ')} and not for ${feature}: Toolkit would not start`;
  const api = apiOfCore(version);
  const can = api === null ? null : importable(versionNumber(api), number, false);
  return can?.ok === false
    ? `shotgun_api3 ${api ?? ''} of tk-core ${version} cannot be imported by Python ${python} (${can.error ?? 'it fails'})`
    : null;
}

/** Certificates in the CA file of that API (shotgrid.md §1.2). */
export function certificatesOfCore(version: string): number {
  const api = versionNumber(apiOfCore(version));
  if (isAtLeast(api, [3, 10, 3])) return 118;
  if (isAtLeast(api, [3, 9, 0])) return 146;
  if (isAtLeast(api, [3, 8, 1])) return 149;
  if (isAtLeast(api, [3, 6, 0])) return 147;
  return isAtLeast(api, [3, 3, 6]) ? 141 : 138;
}
