import type { CaVariableName, PythonPackageName } from '@trustfleet/protocol';

/** Remedies that mend trust (shotgrid.md §1.5: R1 addAnchor, R2 and R3 variable.set, R4 the upgrades). */
export const SUGGESTED_REMEDIES = [
  'trustStore.addAnchor',
  'trustStore.removeAnchor',
  'bundle.deploy',
  'variable.set',
  'variable.unset',
  'python.upgradePackage',
  'shotgunApi.replace',
  'toolkit.upgradeCore',
  'code.report',
] as const;
export type SuggestedRemedy = (typeof SUGGESTED_REMEDIES)[number];

/** One remedy that would help, with what distinguishes it; whole parameters are made by who plans it. */
export interface Suggestion {
  readonly remedy: SuggestedRemedy;
  /** Of `variable.set` (to the union bundle) and `variable.unset`. */
  readonly variable?: CaVariableName;
  /** Of `python.upgradePackage`. */
  readonly package?: PythonPackageName;
}

export const addAnchor: Suggestion = { remedy: 'trustStore.addAnchor' };
export const removeAnchor: Suggestion = { remedy: 'trustStore.removeAnchor' };
export const deployBundle: Suggestion = { remedy: 'bundle.deploy' };
export const reportCode: Suggestion = { remedy: 'code.report' };
export const setVariable = (variable: CaVariableName): Suggestion => ({ remedy: 'variable.set', variable });
export const unsetVariable = (variable: CaVariableName): Suggestion => ({
  remedy: 'variable.unset',
  variable,
});
export const upgrade = (name: PythonPackageName): Suggestion => ({
  remedy: 'python.upgradePackage',
  package: name,
});
