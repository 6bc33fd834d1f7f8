/** How `tank core` ended, by its own words (shotgrid.md §2.3). What the core then is, its files say and not this. */
export type TankOutcome =
  | { readonly kind: 'updated' }
  | { readonly kind: 'upToDate' }
  /** `reason`: a sentence of ours: what tank prints may hold anything. */
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'unknown' };

const BLOCKED: readonly (readonly [said: RegExp, reason: (found: RegExpExecArray) => string])[] = [
  [
    /requires a more recent version \(v?(\d{1,5}(?:\.\d{1,5}){0,4})\)/i,
    ([, version = '']) => `The site is too old for that core: it needs ${version} at least.`,
  ],
  [
    /please update the source configuration/i,
    () => 'The configuration is an immutable copy: its version belongs into the source configuration.',
  ],
];

export function tankOutcome(said: string): TankOutcome {
  for (const [pattern, reason] of BLOCKED) {
    const found = pattern.exec(said);
    if (found !== null) return { kind: 'blocked', reason: reason(found) };
  }
  if (/no need to update the toolkit core api/i.test(said)) return { kind: 'upToDate' };
  return /toolkit core api has been updated/i.test(said) ? { kind: 'updated' } : { kind: 'unknown' };
}
