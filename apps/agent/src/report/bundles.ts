import type { BundlesSection, InventoryBundle } from '@trustfleet/protocol';
import { bundleProblems, bundleSummary } from './bundle-state.ts';
import { plain, someOf } from '@trustfleet/terminal';

type Provenance = InventoryBundle['provenance'][number];

const ownerOf = (provenance: Extract<Provenance, { kind: 'variable' }>): string =>
  `${provenance.scope}${provenance.owner === null ? '' : ` ${provenance.owner}`}`;

/** Variables of one scope together: `SSL_CERT_FILE, PIP_CERT (user ada)`. */
function variableTexts(provenance: readonly Provenance[]): string[] {
  const byOwner = new Map<string, string[]>();
  for (const one of provenance) {
    if (one.kind !== 'variable') continue;
    byOwner.set(ownerOf(one), [...(byOwner.get(ownerOf(one)) ?? []), one.name]);
  }
  return [...byOwner].map(([owner, names]) => `${[...new Set(names)].join(', ')} (${owner})`);
}

/** Whose file it is, or who loads it without being told. */
function ownerText(one: Provenance): string[] {
  const owner = OWNERS[one.kind] as (one: Provenance) => string | null;
  const text = owner(one);
  return text === null ? [] : [text];
}
const OWNERS: {
  readonly [kind in Provenance['kind']]: (one: Extract<Provenance, { kind: kind }>) => string | null;
} = {
  variable: () => null,
  certifi: ({ version, python }) => `certifi ${version ?? '?'} of ${python}`,
  package: ({ name, version, python }) => `${name} ${version ?? '?'} of ${python}`,
  pythonDefault: ({ python }) => `${python} by default`,
  shotgunApi: ({ version, api }) => `shotgun_api3 ${version ?? '?'} (${api})`,
  option: ({ client, name, source }) => `${client} ${name} (${source})`,
  code: ({ path }) => `code in ${path}`,
};

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
    `      used by ${someOf([...variableTexts(bundle.provenance), ...bundle.provenance.flatMap(ownerText)], 4)}`,
  ]);
}
