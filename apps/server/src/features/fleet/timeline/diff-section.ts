import type { SectionDifference } from '@trustfleet/api';
import { sectionSchemas, type Inventory } from '@trustfleet/protocol';
import { changed } from './difference.ts';
import { diffBundles } from './diff-bundles.ts';
import { diffCode } from './diff-code.ts';
import { diffEndpoints } from './diff-endpoints.ts';
import { diffPythons } from './diff-pythons.ts';
import { diffShotgrid } from './diff-shotgrid.ts';
import { diffSystem } from './diff-system.ts';
import { diffTrustStores } from './diff-trust-stores.ts';
import { diffVariables } from './diff-variables.ts';
import { diffVerdicts } from './diff-verdicts.ts';

type Diff<Body> = (before: Body, after: Body) => SectionDifference[];

/** Every section that this release can tell apart: a new one is a file and a line. */
const DIFFS = {
  system: diffSystem,
  trustStores: diffTrustStores,
  bundles: diffBundles,
  pythons: diffPythons,
  variables: diffVariables,
  shotgrid: diffShotgrid,
  code: diffCode,
  endpoints: diffEndpoints,
  verdicts: diffVerdicts,
} satisfies { readonly [Name in keyof Inventory]: Diff<Inventory[Name]> };

/** In the order in which they are read: what a program trusts first. */
const KINDS: readonly SectionDifference['kind'][] = [
  'anchor',
  'store',
  'bundle',
  'variable',
  'verdict',
  'endpoint',
  'api',
  'core',
  'configuration',
  'code',
  'package',
  'python',
  'system',
  'other',
];

/**
 * What appeared, left or changed between two bodies of a section, pure. The name of an anchor is its fingerprint until `nameAnchors`.
 * Bodies that this release does not understand, or whose difference it cannot name, give one difference of kind `other`.
 */
export function diffSection(name: string, before: unknown, after: unknown): SectionDifference[] {
  const told = isKnown(name) ? diffKnown(name, before, after) : [];
  const differences = told.length > 0 ? told : [changed({ kind: 'other', name })];
  return differences.sort(
    (a, b) =>
      KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
      compareText(a.name, b.name) ||
      compareText(a.where ?? '', b.where ?? ''),
  );
}

/** The same differences with anchors called by their certificates' names. Stays the fingerprint where the fleet has no certificate. */
export function nameAnchors(
  differences: readonly SectionDifference[],
  nameOf: (sha256: string) => string | undefined,
): SectionDifference[] {
  return differences.map((difference) =>
    difference.anchor === null
      ? difference
      : { ...difference, name: nameOf(difference.anchor) ?? difference.name },
  );
}

function isKnown(name: string): name is keyof typeof DIFFS {
  return Object.hasOwn(DIFFS, name);
}

function diffKnown(name: keyof typeof DIFFS, before: unknown, after: unknown): SectionDifference[] {
  const was = sectionSchemas[name].safeParse(before);
  const is = sectionSchemas[name].safeParse(after);
  if (!was.success || !is.success) return [];
  // Parsed by the schema of this very name.
  return (DIFFS[name] as Diff<unknown>)(was.data, is.data);
}

/** By code unit: the same on every machine. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
