import type { SectionDifference } from '@trustfleet/api';
import { userNames } from '@trustfleet/policy';
import type { BundlesSection, InventoryBundle } from '@trustfleet/protocol';
import { diffBundleFile } from './diff-bundle-file.ts';
import { appeared, changedFact, compare, left } from './difference.ts';

export function diffBundles(before: BundlesSection, after: BundlesSection): SectionDifference[] {
  const bundles = compare(before.bundles, after.bundles, ({ path }) => path);
  const users = ({ provenance }: InventoryBundle) => userNames(provenance).join(', ');
  const what = ({ path }: InventoryBundle) => ({ kind: 'bundle' as const, name: path, where: null });
  return [
    ...bundles.appeared.map((bundle) => appeared({ ...what(bundle), after: users(bundle) })),
    ...bundles.left.map((bundle) => left({ ...what(bundle), before: users(bundle) })),
    ...bundles.both.flatMap(([was, is]) => [
      ...diffBundleFile(was, is),
      ...changedFact(what(is), users(was), users(is)),
    ]),
  ];
}
