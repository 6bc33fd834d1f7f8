import type { HostFacts } from '@trustfleet/policy';
import type { RepairTarget, TrustRepairParameters } from './schema.ts';

/** One remedy with its parameters, as an order of its own would name them. */
export interface RepairPartChoice {
  readonly remedy:
    | 'trustStore.addAnchor'
    | 'bundle.deploy'
    | 'variable.unset'
    | 'variable.set'
    | 'python.upgradePackage'
    | 'shotgunApi.replace';
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * Everything that the closed list allows on this host, in the order in which it would be carried out: what others name goes before what
 * names it, and settings before code. `targets`: what is to verify; packages of other Python environments are left alone.
 */
export function repairParts(
  { choices }: Pick<TrustRepairParameters, 'choices'>,
  facts: HostFacts,
  targets: readonly RepairTarget[],
): RepairPartChoice[] {
  const { anchors, bundle, variables, packages, api } = choices;
  const pythons = [...new Set(targets.flatMap(({ python }) => python ?? []))].toSorted();
  return [
    ...anchors.map((anchor) => part('trustStore.addAnchor', { anchor })),
    ...(bundle === null ? [] : [part('bundle.deploy', bundle)]),
    ...variables.map((name) => part('variable.unset', { name, scope: 'machine' })),
    ...variables.map((name) =>
      part('variable.set', { name, scope: 'machine', value: { kind: 'unionBundle' } }),
    ),
    ...pythons.flatMap((python) =>
      packages
        .filter((choice) => isInstalled(facts, python, choice.package))
        .map((choice) => part('python.upgradePackage', { python, ...choice })),
    ),
    ...(api === null ? [] : looseCopies(facts).map((path) => part('shotgunApi.replace', { path, ...api }))),
  ];
}

function part(
  remedy: RepairPartChoice['remedy'],
  parameters: RepairPartChoice['parameters'],
): RepairPartChoice {
  return { remedy, parameters };
}

function isInstalled({ pythons }: HostFacts, python: string, name: string): boolean {
  const found = pythons?.pythons.find(({ path }) => path === python);
  return found?.packages.some((one) => one.name === name) === true;
}

/** Copies that belong to no package manager and no Toolkit core. */
function looseCopies({ shotgrid }: HostFacts): string[] {
  const loose = (shotgrid?.apis ?? []).filter(
    ({ form, inUse }) => inUse && (form === 'loose' || form === 'singleFile'),
  );
  return [...new Set(loose.map(({ location }) => location))].toSorted();
}
