import type { HostFacts } from '@trustfleet/policy';
import type { CaVariable, InventoryBundle, VariablesSection } from '@trustfleet/protocol';
import type { Subject } from './place.ts';

type Provenance = InventoryBundle['provenance'][number];
const EMPTY: VariablesSection = { variables: [] };

/** One assignment, as a scan finds it. */
export interface Assigned extends Subject {
  readonly source: string;
  /** Null: none. */
  readonly value: string | null;
}

const orderOf = ({ name, scope, owner, source, value }: CaVariable): string =>
  [name, scope, owner ?? '', source, value].join('\0');

const isSame = (one: Pick<CaVariable, 'name' | 'scope' | 'owner'>, other: Subject): boolean =>
  one.name === other.name && one.scope === other.scope && (one.owner ?? null) === (other.owner ?? null);

/** Every assignment of the variable in that scope. What the agent's own process was started with is none. */
export function assignedIn({ variables }: HostFacts, subject: Subject): CaVariable[] {
  return (variables?.variables ?? []).filter(
    (variable) => isSame(variable, subject) && variable.source !== 'process',
  );
}

/** The facts as the next scan should find them with that assignment; `bundle`: what was read of the file that it names. */
export function withAssigned(
  facts: HostFacts,
  assigned: Assigned,
  bundle: InventoryBundle | null,
): HostFacts {
  const { name, owner = null, scope, source, value } = assigned;
  const section = facts.variables ?? EMPTY;
  const others = section.variables.filter(
    (variable) => !(isSame(variable, assigned) && variable.source === source),
  );
  const own: CaVariable[] = value === null ? [] : [{ name, scope, owner, value, source }];
  const variables = [...others, ...own].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  const bundles = withProvenance(facts.bundles?.bundles ?? [], assigned, bundle);
  return {
    ...facts,
    variables: { ...section, variables },
    ...(facts.bundles === undefined && bundles.length === 0
      ? {}
      : { bundles: { ...facts.bundles, bundles } }),
  };
}

function withProvenance(
  before: readonly InventoryBundle[],
  assigned: Assigned,
  read: InventoryBundle | null,
): InventoryBundle[] {
  const { name, owner = null, scope, source, value } = assigned;
  const own: Provenance = { kind: 'variable', name, scope, owner, source };
  const isOwn = (one: Provenance): boolean =>
    one.kind === 'variable' && isSame(one, assigned) && one.source === source;
  const known = value !== null && before.some((bundle) => leadsTo(bundle, value));
  const all = known || value === null || read === null ? before : [...before, { ...read, provenance: [] }];
  return all
    .map((bundle) => {
      const others = bundle.provenance.filter((one) => !isOwn(one));
      return { ...bundle, provenance: value !== null && leadsTo(bundle, value) ? [...others, own] : others };
    })
    .filter(({ provenance }) => provenance.length > 0)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export const leadsTo = ({ path, otherPaths = [] }: InventoryBundle, value: string): boolean =>
  path === value || otherPaths.includes(value);
