import { eraOf, trustOrder } from '@trustfleet/diagnosis';
import type { HostFacts } from '@trustfleet/policy';
import type { CaVariableName, ShotgunApi } from '@trustfleet/protocol';

/** Variables that the API alone, or with one more package, looks at. */
const READ_BY_API: ReadonlySet<CaVariableName> = new Set(['SHOTGUN_API_CACERTS', 'HTTPLIB2_CA_CERTS']);
const MAX_NAMED = 5;

/**
 * Why no copy of the API on this host looks at the variable (shotgrid.md §1.4, §1.5: eras E0 – E2; §2.5: tk-core 0.23.7 – 0.23.9); null where
 * one does, where one states no version, or where nobody has looked for copies.
 */
export function whyIgnored(facts: HostFacts, name: CaVariableName): string | null {
  const copies = facts.shotgrid?.apis.filter(({ inUse }) => inUse) ?? [];
  if (!READ_BY_API.has(name) || copies.length === 0) return null;
  if (name === 'HTTPLIB2_CA_CERTS' && hasHttplib2(facts)) return null;
  if (copies.some((api) => looks(facts, api, name))) return null;
  const named = copies.slice(0, MAX_NAMED).map(({ path, version }) => `${version ?? '?'} (${path})`);
  const more = copies.length > MAX_NAMED ? ` and ${copies.length - MAX_NAMED} more` : '';
  return `No copy of shotgun_api3 on this host looks at ${name}: ${named.join(', ')}${more}. Setting it would change nothing: upgrade the copy, or the Toolkit core that brings it.`;
}

const hasHttplib2 = ({ pythons }: HostFacts): boolean =>
  pythons === undefined ||
  pythons.pythons.some(({ packages }) => packages.some(({ name }) => name === 'httplib2'));

function looks(facts: HostFacts, api: ShotgunApi, name: CaVariableName): boolean {
  const core = facts.shotgrid?.cores.find(({ path }) => path === api.core) ?? null;
  const era = eraOf(api, core);
  if (era.era === null) return true;
  return ([2, 3] as const).some((major) => {
    const { crud, form, s3 } = trustOrder(era, major);
    return [crud, form, s3].some((order) => order?.includes(`env:${name}`));
  });
}
