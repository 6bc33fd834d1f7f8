import type { SectionDifference } from '@trustfleet/api';
import type { ShotgridSection, ShotgunApi, ToolkitConfiguration, ToolkitCore } from '@trustfleet/protocol';
import { diffProblems } from './diff-problems.ts';
import { appeared, changedFact, compare, left } from './difference.ts';

/** Copies of the API, Toolkit cores and configurations, each by its path. */
export function diffShotgrid(before: ShotgridSection, after: ShotgridSection): SectionDifference[] {
  return [
    ...diffApis(before.apis, after.apis),
    ...diffCores(before.cores, after.cores),
    ...diffConfigurations(before.configurations, after.configurations),
    ...diffProblems(before.problems, after.problems),
  ];
}

function diffApis(before: readonly ShotgunApi[], after: readonly ShotgunApi[]): SectionDifference[] {
  const apis = compare(before, after, ({ path }) => path);
  const what = ({ path, core }: ShotgunApi) => ({ kind: 'api' as const, name: path, where: core });
  const digests = ({ bundles }: ShotgunApi) =>
    bundles.map(({ path, sha256 }) => `${path} ${sha256 ?? '?'}`).join(', ');
  return [
    ...apis.appeared.map((api) => appeared({ ...what(api), after: api.version })),
    ...apis.left.map((api) => left({ ...what(api), before: api.version })),
    ...apis.both.flatMap(([was, is]) => {
      const upgrade = changedFact(what(is), was.version, is.version);
      // The same version with other bytes: somebody edited it.
      return [
        ...(upgrade.length > 0 ? upgrade : changedFact(what(is), was.sha256, is.sha256)),
        ...changedFact(what(is), digests(was), digests(is)),
        ...changedFact(what(is), used(was), used(is)),
      ];
    }),
  ];
}

function diffCores(before: readonly ToolkitCore[], after: readonly ToolkitCore[]): SectionDifference[] {
  const cores = compare(before, after, ({ path }) => path);
  const what = ({ path }: ToolkitCore) => ({ kind: 'core' as const, name: path, where: null });
  return [
    ...cores.appeared.map((core) => appeared({ ...what(core), after: core.version })),
    ...cores.left.map((core) => left({ ...what(core), before: core.version })),
    ...cores.both.flatMap(([was, is]) => [
      ...changedFact(what(is), was.version, is.version),
      ...changedFact(what(is), used(was), used(is)),
    ]),
  ];
}

function diffConfigurations(
  before: readonly ToolkitConfiguration[],
  after: readonly ToolkitConfiguration[],
): SectionDifference[] {
  const configurations = compare(before, after, ({ path }) => path);
  const what = ({ path }: ToolkitConfiguration) => ({
    kind: 'configuration' as const,
    name: path,
    where: null,
  });
  const core = (configuration: ToolkitConfiguration) => configuration.core?.text ?? null;
  return [
    ...configurations.appeared.map((one) => appeared({ ...what(one), after: core(one) })),
    ...configurations.left.map((one) => left({ ...what(one), before: core(one) })),
    ...configurations.both.flatMap(([was, is]) => [
      ...changedFact(what(is), core(was), core(is)),
      ...changedFact(what(is), was.site, is.site),
      ...changedFact(what(is), was.corePath, is.corePath),
      ...changedFact(what(is), was.interpreter, is.interpreter),
    ]),
  ];
}

/** A word for people that no other fact of a copy or a core can be. */
const used = ({ inUse }: { readonly inUse: boolean }): string => (inUse ? 'in use' : 'not in use');
