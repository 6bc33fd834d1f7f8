import type { PythonEnvironment, PythonPackage, ShotgunApi, ToolkitCore } from '@trustfleet/protocol';
import type { DiagnosisFacts, VariableContext } from '../facts.ts';
import { indexKey } from './paths.ts';
import { coresRunBy } from './toolkit-pythons.ts';

/** A copy of the API that one Python imports, with the core that brings it. */
export interface Copy {
  readonly api: ShotgunApi;
  readonly core: ToolkitCore | null;
}

/** What `import shotgun_api3` gives in that Python under these variables, then what the cores that it runs bring as `tank_vendor`. */
export function copiesFor(
  facts: DiagnosisFacts,
  python: PythonEnvironment,
  context: VariableContext,
): readonly Copy[] {
  const imported = importedBy(facts, python, context);
  const vendored = coresRunBy(facts, python).flatMap((core) => vendoredFor(facts, python, core));
  return [...(imported === null ? [] : [{ api: imported, core: null }]), ...vendored];
}

/** PYTHONPATH comes before the site-packages. */
function importedBy(
  facts: DiagnosisFacts,
  python: PythonEnvironment,
  context: VariableContext,
): ShotgunApi | null {
  const key = indexKey(facts.platform);
  const apis = facts.sections.shotgrid.apis.filter(({ form }) => form !== 'zip');
  const byLocation = new Map(apis.map((api) => [key(api.location), api]));
  const separator = facts.platform === 'windows' ? ';' : ':';
  const path = context.values.get('PYTHONPATH')?.value ?? '';
  for (const directory of path
    .split(separator)
    .filter((one) => one !== '')
    .slice(0, MAX_DIRECTORIES)) {
    const found =
      byLocation.get(key(`${directory}/shotgun_api3`)) ?? byLocation.get(key(`${directory}/shotgun_api3.py`));
    if (found !== undefined) return found;
  }
  const own = python.packages.find(({ name }) => name === 'shotgun_api3');
  return own === undefined ? null : (byLocation.get(key(own.location)) ?? copyOf(own));
}

/** The section of the ShotGrid discovery is bounded, and may be older: what the interpreter's own facts say of the copy is enough. */
function copyOf({ location, version }: PythonPackage): ShotgunApi {
  return {
    ...{ location, version, form: 'pip', metadataVersion: null, sha256: null, bundles: [] },
    ...{ path: location.endsWith('.py') ? location : `${location}/shotgun.py`, core: null, zipPython: null },
    ...{ inUse: true, shared: null },
  };
}

const MAX_DIRECTORIES = 64;

/** A core with zips has one for each version of Python; without the right one the import fails, which is judged with the first. */
function vendoredFor(facts: DiagnosisFacts, python: PythonEnvironment, core: ToolkitCore): readonly Copy[] {
  const brought = facts.sections.shotgrid.apis.filter((api) => api.core === core.path && api.inUse);
  const feature = (python.version ?? '').split('.').slice(0, 2).join('.');
  const fitting = brought.filter(({ zipPython }) => zipPython === null || zipPython === feature);
  return (fitting.length > 0 ? fitting : brought).slice(0, 1).map((api) => ({ api, core }));
}
