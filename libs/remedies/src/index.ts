export type * from './types.ts';
export type * from './anchor-stores/context.ts';
export type * from './variables/context.ts';
export type * from './managers/types.ts';
export type * from './python-upgrade-package/context.ts';
export type * from './shotgun-api-replace/context.ts';
export type { ReleaseBundle, ReleaseFacts } from './package-releases/release.ts';
export { isSameVersion } from './package-releases/package-version.ts';
export { installedIn } from './python-upgrade-package/effect.ts';
export { apiAt, newLocationOf } from './shotgun-api-replace/effect.ts';
export { remediesForCause, REMEDIES, type RemedyName } from './remedies.ts';
export {
  anchorParameters,
  bundlePathOf,
  bundleStoreId,
  type AnchorParameters,
} from './anchor-stores/schema.ts';
export {
  ANCHOR_WAYS,
  roleOf,
  type AnchorWay,
  type EntryWay,
  type Exclusion,
  type FileWay,
  type StoreRole,
} from './anchor-stores/drivers.ts';
export { anchorFileContent, anchorFileName } from './anchor-stores/anchor-file.ts';
export { alone, holdersOf, isIn, onHost, shipsBeside, storeIn, whyNoStore } from './anchor-stores/target.ts';
export { otherHolders } from './anchor-stores/undo.ts';
export { plainPath } from './plain-path.ts';
export type { BundleContext, BundleHost, BundleUndoContext, KeptBundle } from './bundle-deploy/context.ts';
export { keptBundlePath, unionBundleFile, whoNames } from './bundle-deploy/place.ts';
export {
  bundleDeployParameters,
  UNION_BUNDLE_PATHS,
  type BundleDeployParameters,
} from './bundle-deploy/schema.ts';
export { placeOf, type Subject, type VariablePlace } from './variables/place.ts';
export { VARIABLE_FORMATS, type VariableFormatName } from './variables/formats/formats.ts';
export type { VariableFormat } from './variables/formats/types.ts';
export { bytesOf, textOf } from './variables/text.ts';
export { effectiveIn } from './variables/effective.ts';
export { assignedIn } from './variables/predict.ts';
export { affectedBy, effectiveAfter, seenBy, shown as shownVariable } from './variables/words.ts';
export { pathWanted } from './variable-set/effect.ts';
export { managerInText } from './managers/file-headers.ts';
export { dpkgOwner, packageOwning, type PackageAnswers } from './managers/packages.ts';
export { policySets } from './managers/group-policy.ts';
export { exportVariable } from './exports/export-variable.ts';
export type { VariableWanted } from './exports/types.ts';
export {
  variableSetParameters,
  variableUnsetParameters,
  type VariableSetParameters,
  type VariableUnsetParameters,
} from './variables/schema.ts';
export {
  pythonUpgradePackageParameters,
  UPGRADABLE_PACKAGES,
  type PackageChoice,
  type PythonUpgradePackageParameters,
} from './python-upgrade-package/schema.ts';
export {
  shotgunApiReplaceParameters,
  type ApiChoice,
  type ShotgunApiReplaceParameters,
} from './shotgun-api-replace/schema.ts';
export { knownApiOfCore } from './toolkit-upgrade-core/core-releases.ts';
export { configurationAt, coreOf, wayOf, type CoreWay } from './toolkit-upgrade-core/way.ts';
export type {
  CoreHostLook,
  CoreSettings,
  CoreUndoContext,
  CoreUpgradeContext,
} from './toolkit-upgrade-core/context.ts';
export {
  toolkitUpgradeCoreParameters,
  type ToolkitUpgradeCoreParameters,
} from './toolkit-upgrade-core/schema.ts';
export { codeReportParameters, type CodeReportParameters } from './code-report/schema.ts';
export {
  trustRepairParameters,
  type RepairChoices,
  type RepairTarget,
  type TrustRepairParameters,
} from './trust-repair/schema.ts';
export { repairParts, type RepairPartChoice } from './trust-repair/parts.ts';
export {
  chooseParts,
  partEffect,
  partName,
  repairTargets,
  whyImpossible,
  type ReadyPart,
  type RepairContext,
} from './trust-repair/effect.ts';
