import type { BundlesSection, InventoryBundle } from '@trustfleet/protocol';
import { bundleProblems, bundleSummary } from './bundle-state.ts';
import { plain, someOf } from './text.ts';

type Provenance = InventoryBundle['provenance'][number];

function provenanceText(provenance: Provenance): string {
  if (provenance.kind === 'certifi') return `certifi ${provenance.version ?? '?'} of ${provenance.python}`;
  return `${provenance.name} (${provenance.scope}${provenance.owner === null ? '' : ` ${provenance.owner}`})`;
}

const hasProblem = (bundle: InventoryBundle): boolean =>
  bundle.state !== 'read' || !bundle.opensslAccepts || bundle.problems.length > 0;

/** Those with problems first: they are why people run this. */
export function renderBundles(section: BundlesSection): string[] {
  if (section.bundles.length === 0) return ['  none: no variable names one, and no Python brings certifi'];
  const sorted = [
    ...section.bundles.filter(hasProblem),
    ...section.bundles.filter((bundle) => !hasProblem(bundle)),
  ];
  return sorted.flatMap((bundle) => [
    `  ${hasProblem(bundle) ? '! ' : ''}${plain(bundle.path)}: ${bundleSummary(bundle)}`,
    ...bundleProblems(bundle).map((line) => `      ${line}`),
    `      used by ${someOf(bundle.provenance.map(provenanceText), 4)}`,
  ]);
}
