import type { PythonEnvironment } from '@trustfleet/protocol';
import { indexKey } from '../consumers/paths.ts';
import { variableContexts } from '../contexts/variable-contexts.ts';
import type { DiagnosisFacts, VariableContext } from '../facts.ts';

/** Which Python runs which code. */
export interface Runners {
  runs(path: string, by: { readonly python: PythonEnvironment; readonly context: VariableContext }): boolean;
}

/** Environments that own the directory they stand in; of the others only their site-packages are their own. */
const OWN_DIRECTORY: readonly PythonEnvironment['kind'][] = ['venv', 'conda', 'uv', 'dcc', 'shotgridDesktop'];

/**
 * Code in an environment's own directories is run by that environment, code on a PYTHONPATH by whoever gets that variable, and any other
 * configured code by every Python: which one starts it is not to be seen (decision 0011).
 */
export function createRunners(facts: DiagnosisFacts): Runners {
  const key = indexKey(facts.platform);
  const inside = (path: string, directory: string): boolean => path.startsWith(`${directory}/`);
  const owned = facts.sections.pythons.pythons.map((python) => ({
    python: python.path,
    directories: directoriesOf(python).map(key),
  }));
  const listed = new Map(variableContexts(facts).map((one) => [one, pathsOf(facts, one).map(key)]));
  const onPath = (path: string, context: VariableContext): boolean =>
    listed.get(context)?.some((directory) => inside(path, directory)) ??
    pathsOf(facts, context).some((directory) => inside(path, key(directory)));
  const known = new Map<string, { owners: Set<string>; anyPath: boolean }>();
  const placeOf = (path: string): { owners: Set<string>; anyPath: boolean } => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const owners = owned.filter(({ directories }) => directories.some((one) => inside(path, one)));
    const made = {
      owners: new Set(owners.map(({ python }) => python)),
      anyPath: [...listed.keys()].some((context) => onPath(path, context)),
    };
    known.set(path, made);
    return made;
  };
  return {
    runs(path, { python, context }) {
      const own = key(path);
      const { owners, anyPath } = placeOf(own);
      if (owners.size > 0) return owners.has(python.path);
      return !anyPath || onPath(own, context);
    },
  };
}

function pathsOf({ platform }: DiagnosisFacts, { values }: VariableContext): string[] {
  const value = values.get('PYTHONPATH')?.value ?? '';
  return value.split(platform === 'windows' ? ';' : ':').filter((one) => one !== '');
}

function directoriesOf({ path, kind, packages }: PythonEnvironment): string[] {
  const slashes = (one: string): string => one.replaceAll('\\', '/');
  const sites = packages
    .map(({ location }) => slashes(location).replace(/\/[^/]*$/, ''))
    .filter((directory) => /\/(?:site|dist)-packages$/i.test(directory));
  const program = slashes(path).replace(/\/[^/]*$/, '');
  const home = program.replace(/\/(?:bin|scripts)$/i, '');
  return OWN_DIRECTORY.includes(kind) && home.includes('/') ? [...sites, home] : sites;
}
