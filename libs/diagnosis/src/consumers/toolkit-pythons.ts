import type { PythonEnvironment, ToolkitCore } from '@trustfleet/protocol';
import type { DiagnosisFacts } from '../facts.ts';
import { indexKey } from './paths.ts';

/** Pythons in which Toolkit starts engines and Desktop runs (failures.md §7.4). */
const HOSTS: readonly PythonEnvironment['kind'][] = ['dcc', 'shotgridDesktop'];

/** Cores in use that this Python runs: by a configuration's interpreter, in a product that Toolkit starts, or installed by pip. */
export function coresRunBy(facts: DiagnosisFacts, python: PythonEnvironment): readonly ToolkitCore[] {
  const { shotgrid } = facts.sections;
  const key = indexKey(facts.platform);
  const own = new Set([python.path, python.realPath ?? python.path].map(key));
  const configured = new Set(
    shotgrid.configurations
      .filter(({ interpreter }) => interpreter !== null && own.has(key(interpreter)))
      .flatMap(({ corePath }) => (corePath === null ? [] : [corePath])),
  );
  const hosts = HOSTS.includes(python.kind);
  return shotgrid.cores.filter(
    ({ inUse, path, kind }) => inUse && kind !== 'pip' && (hosts || configured.has(path)),
  );
}

/** Only then are Toolkit's own urlopen calls made in it (shotgrid.md §2.5). */
export function runsToolkit(facts: DiagnosisFacts, python: PythonEnvironment): boolean {
  return python.packages.some(({ name }) => name === 'sgtk') || coresRunBy(facts, python).length > 0;
}
