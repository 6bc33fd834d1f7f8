import { compareVersions, versionNumber, type VersionNumber } from '@trustfleet/diagnosis';

/** PEP 440: `2024.07.04` and `2024.7.4` are one version, and a post release comes after it. */
export interface PackageVersion {
  readonly release: VersionNumber;
  readonly post: number;
}

/** Null where the text starts with no number. */
export function packageVersionOf(text: string | null): PackageVersion | null {
  const release = versionNumber(text);
  if (release.length === 0) return null;
  return { release, post: Number(/\.?post(\d{1,4})$/.exec(text ?? '')?.[1] ?? -1) };
}

/** Below 0 where `a` is older. */
export function comparePackageVersions(a: PackageVersion, b: PackageVersion): number {
  return compareVersions(a.release, b.release) || a.post - b.post;
}

/** False where one of them states no version. */
export function isSameVersion(a: string | null, b: string | null): boolean {
  const [one, other] = [packageVersionOf(a), packageVersionOf(b)];
  return one !== null && other !== null && comparePackageVersions(one, other) === 0;
}
