import type { SectionDifference } from '@trustfleet/api';
import type { BundleFile } from '@trustfleet/protocol';
import { anchorDifferences, changedFact } from './difference.ts';

/** Whether programs get anything from the file, in one word. */
function condition({ state, opensslAccepts }: BundleFile): string {
  return state === 'read' && !opensslAccepts ? 'malformed' : state;
}

/** One PEM file: its anchors, whether programs can load it, where its link points; its bytes where nothing else tells them apart. */
export function diffBundleFile(before: BundleFile, after: BundleFile): SectionDifference[] {
  const about = { kind: 'bundle' as const, name: after.path, where: null };
  const told = [
    ...anchorDifferences(before.anchors, after.anchors, after.path),
    ...changedFact(about, condition(before), condition(after)),
    ...changedFact(about, before.realPath, after.realPath),
  ];
  return told.length > 0 ? told : changedFact(about, before.sha256, after.sha256);
}
