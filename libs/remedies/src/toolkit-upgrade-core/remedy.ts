import type { Remedy } from '../types.ts';
import type { CoreUndoContext, CoreUpgradeContext } from './context.ts';
import { upgradeCoreEffect } from './effect.ts';
import { toolkitUpgradeCoreParameters, type ToolkitUpgradeCoreParameters } from './schema.ts';
import { undoUpgradeCoreEffect } from './undo-effect.ts';

/** Brings the Toolkit core of one pipeline configuration to another release. */
export const toolkitUpgradeCore: Remedy<ToolkitUpgradeCoreParameters, CoreUpgradeContext, CoreUndoContext> = {
  name: 'toolkit.upgradeCore',
  class: 'code',
  parameters: toolkitUpgradeCoreParameters,
  artifacts: () => [],
  title: ({ configuration, version }) => `tk-core ${version} in ${configuration}`,
  effect: upgradeCoreEffect,
  undoEffect: undoUpgradeCoreEffect,
};
