import { eraOf, importable, isBefore, versionNumber } from '@trustfleet/diagnosis';

/** Eras whose paths all look where SHOTGUN_API_CACERTS leads (shotgrid.md §1.5, rows E8 and E10: R2 for every path). */
const SOUND_ERAS: ReadonlySet<string> = new Set(['E8', 'E10']);
/** shotgrid.md §11.6: the oldest of E10. */
const SAFE = [3, 9, 0] as const;

/** Why a version of shotgun_api3 may not be put where these Pythons import it; null where it may. `pythons`: their versions, those that are known. */
export function whyNoApiTarget(version: string, pythons: readonly string[]): string | null {
  const { era, reason } = eraOf({ version });
  if (era === null) return `shotgun_api3 ${version} is no version that is known.`;
  if (!SOUND_ERAS.has(era))
    return `${reason}. It would trade one problem for another: take 3.9.0 or later, or 3.8.1 for a Python that is too old for it.`;
  const api = versionNumber(version);
  for (const python of pythons) {
    const { ok, error } = importable(api, versionNumber(python), false);
    if (ok === false)
      return `Python ${python}, which uses it, cannot import shotgun_api3 ${version} (${error ?? ''}).`;
  }
  // An older one is for Pythons that cannot import the safe one.
  const needsOlder = pythons.some((python) => importable(SAFE, versionNumber(python), false).ok !== true);
  if (isBefore(api, SAFE) && !needsOlder && pythons.length > 0)
    return `${version} turns verification off by itself where a certificate with SHA-2 fails, and every Python that uses it can import 3.9.0: take that or a later one.`;
  return null;
}
