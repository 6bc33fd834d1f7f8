/** Numbers at the head of a version, in order; `v0.23.8` and `3.8.3-beta1` count as 0.23.8 and 3.8.3. Empty where it starts with none. */
export type VersionNumber = readonly number[];

/** At most four numbers of at most nine digits: what is longer is no version of anything known. */
export function versionNumber(text: string | null): VersionNumber {
  const head = /^\s*v?(\d{1,9}(?:\.\d{1,9}){0,3})(?!\d)/i.exec(text ?? '')?.[1];
  return head === undefined ? [] : head.split('.').map(Number);
}

/** Below 0 where `a` is older. A missing number counts as 0. */
export function compareVersions(a: VersionNumber, b: VersionNumber): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** False for what states no version. */
export function isAtLeast(version: VersionNumber, least: VersionNumber): boolean {
  return version.length > 0 && compareVersions(version, least) >= 0;
}

/** False for what states no version. */
export function isBefore(version: VersionNumber, first: VersionNumber): boolean {
  return version.length > 0 && compareVersions(version, first) < 0;
}
