import type { Remedy } from '../types.ts';
import type { PackageContext, PackageUndoContext } from './context.ts';
import { upgradePackageEffect } from './effect.ts';
import { pythonUpgradePackageParameters, type PythonUpgradePackageParameters } from './schema.ts';
import { undoUpgradePackageEffect } from './undo-effect.ts';

/** Upgrades one package that carries or decides trust, by that interpreter's own pip. */
export const pythonUpgradePackage: Remedy<
  PythonUpgradePackageParameters,
  PackageContext,
  PackageUndoContext
> = {
  name: 'python.upgradePackage',
  class: 'code',
  parameters: pythonUpgradePackageParameters,
  artifacts: ({ source }) => (source.kind === 'wheels' ? source.wheels.map(({ sha256 }) => sha256) : []),
  title: ({ package: name, version, python }) => `${name} ${version} in ${python}`,
  effect: upgradePackageEffect,
  undoEffect: undoUpgradePackageEffect,
};
