import { isMendable } from '@trustfleet/diagnosis';
import type { Cause } from '@trustfleet/policy';
import { verdictCause } from '@trustfleet/protocol';
import { bundleDeploy } from './bundle-deploy/remedy.ts';
import { codeReport } from './code-report/remedy.ts';
import { pythonUpgradePackage } from './python-upgrade-package/remedy.ts';
import { shotgunApiReplace } from './shotgun-api-replace/remedy.ts';
import { trustRepair } from './trust-repair/remedy.ts';
import { toolkitUpgradeCore } from './toolkit-upgrade-core/remedy.ts';
import { trustStoreAddAnchor } from './trust-store-add-anchor/remedy.ts';
import { trustStoreRemoveAnchor } from './trust-store-remove-anchor/remedy.ts';
import { variableSet } from './variable-set/remedy.ts';
import { variableUnset } from './variable-unset/remedy.ts';

/** Every remedy by its name, as an order's `remedy` field says it. */
export const REMEDIES = {
  'trustStore.addAnchor': trustStoreAddAnchor,
  'trustStore.removeAnchor': trustStoreRemoveAnchor,
  'bundle.deploy': bundleDeploy,
  'variable.set': variableSet,
  'variable.unset': variableUnset,
  'python.upgradePackage': pythonUpgradePackage,
  'shotgunApi.replace': shotgunApiReplace,
  'toolkit.upgradeCore': toolkitUpgradeCore,
  'code.report': codeReport,
  'trust.repair': trustRepair,
} as const;
export type RemedyName = keyof typeof REMEDIES;

const BY_CAUSE: Partial<Record<Cause, readonly RemedyName[]>> = {
  anchorMissingFromStore: ['trustStore.addAnchor'],
  anchorForOtherPurposes: ['trustStore.addAnchor'],
  // What code decides no setting changes (shotgrid.md §1.4).
  trustedInCode: ['code.report'],
  verificationOff: ['code.report'],
};

/** Names of the remedies that mend a cause, best first; empty for a cause without one, also for a cause of a newer release. */
export function remediesForCause(cause: string): RemedyName[] {
  if (Object.hasOwn(BY_CAUSE, cause)) return [...(BY_CAUSE[cause as Cause] ?? [])];
  const verdict = verdictCause.safeParse(cause);
  return verdict.success && isMendable(verdict.data) ? ['trust.repair'] : [];
}
