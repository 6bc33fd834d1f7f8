import type { Remedy } from '../types.ts';
import type { BundleContext, BundleUndoContext } from './context.ts';
import { deployBundleEffect } from './effect.ts';
import { bundleDeployParameters, type BundleDeployParameters } from './schema.ts';
import { undoDeployBundleEffect } from './undo-effect.ts';

/** Puts a union bundle in its fixed place. */
export const bundleDeploy: Remedy<BundleDeployParameters, BundleContext, BundleUndoContext> = {
  name: 'bundle.deploy',
  class: 'trust',
  parameters: bundleDeployParameters,
  artifacts: ({ bundle }) => [bundle],
  title: ({ list }) => list.name,
  effect: deployBundleEffect,
  undoEffect: undoDeployBundleEffect,
};
