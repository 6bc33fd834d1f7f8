import type { RootCatalogue } from '@trustfleet/certificates';
import type { BundleFile, CodeFinding } from '@trustfleet/protocol';

/** Fewer public roots than this: the file is a studio's own choice of roots, and no copy of the public list that could age. */
const PUBLIC_LIST = 20;
/** A public list of another year still verifies nearly everything; what is older is worth a look. */
const STALE_AFTER_DAYS = 365;
const DAY_MS = 86_400_000;

/**
 * Days between the newest release of the public list and the one that `anchors` come nearest to: their youngest root entered with it, or
 * a root had left before the next. Null for what is no copy of the list, and for one that lacks nothing of today's.
 */
export function daysBehind(anchors: readonly string[], catalogue: RootCatalogue): number | null {
  const held = anchors.flatMap((sha256) => catalogue.bySha256(sha256) ?? []);
  if (held.length < PUBLIC_LIST) return null;
  const has = new Set(anchors);
  if (catalogue.roots.every(({ sha256, left }) => left !== null || has.has(sha256))) return null;
  const entered = held.map((root) => root.entered.date).sort();
  // Without what left, it is at least as new as that.
  const dropped = catalogue.roots.flatMap(({ sha256, left, entered: came }) =>
    left !== null && !has.has(sha256) && came.date <= (entered.at(-1) ?? '') ? [left.date] : [],
  );
  const newest = [entered.at(-1) ?? '', ...lastBefore(held, dropped)].sort().at(-1) ?? '';
  return Math.round((Date.parse(catalogue.newest.date) - Date.parse(newest)) / DAY_MS);
}

/** Of days on which something left that is missing: those before the first root left that is still held. */
function lastBefore(
  held: readonly { readonly left: { readonly date: string } | null }[],
  dropped: readonly string[],
): string[] {
  const firstHeld = held.flatMap(({ left }) => (left === null ? [] : [left.date])).sort()[0];
  return dropped.filter((date) => firstHeld === undefined || date < firstHeld);
}

/** What is wrong with a file of certificates that code trusts explicitly; null where nothing is. */
export function targetProblem(file: BundleFile, catalogue: RootCatalogue): CodeFinding['problem'] {
  if (file.state === 'missing' || file.state === 'unreadable') return file.state;
  if (file.state !== 'read' || !file.opensslAccepts || file.anchors.length === 0) return 'notPem';
  if (file.anchors.length === 1) return 'oneRoot';
  const behind = daysBehind(file.anchors, catalogue);
  return behind !== null && behind > STALE_AFTER_DAYS ? 'stale' : null;
}
