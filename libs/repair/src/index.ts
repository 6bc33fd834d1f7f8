export {
  isKeeper,
  MAX_ALLOW_LIST_BYTES,
  notPermittedReason,
  ownershipProblem,
  readAllowList,
  type AllowList,
  type AllowListFacts,
  type AllowListSource,
  type PathOwnership,
} from './allow-list.ts';
export type { AllowRules } from './allow-list-rules.ts';
export type { AskedWork } from './allow-list-needs.ts';
export { createRepair, type Repair } from './create-repair.ts';
export type { RecoverOptions, RepairOptions } from './worker.ts';
export type { OwnerUndo } from './take-in.ts';
export type { RepairTimers } from './waits.ts';
export {
  createJobReader,
  type JobReader,
  type JobReaderOptions,
  type JobReading,
  type UndoableJob,
} from './job-reader.ts';
export { createDurableFiles } from './durable-files.ts';
export type {
  DurableFiles,
  EventListener,
  FileCalls,
  OpenFile,
  FaultPoint,
  RepairIdentity,
  RepairLog,
} from './ports.ts';
export {
  StepFailedError,
  StepRefusedError,
  type DoneWork,
  type ForeseenEffect,
  type OpenedRemedy,
  type RemedyCheck,
  type RemedyExecutor,
  type RemedyPlan,
  type RemedyRefusal,
  type RemedyStep,
  type UndoStep,
} from './remedy.ts';
export type {
  Handshakes,
  Measurement,
  PointId,
  ProofPoint,
  RunningProgram,
  RunningPrograms,
} from './proof.ts';
export { createAddAnchor } from './trust-store-add-anchor/index.ts';
export { createUpgradeCore } from './toolkit-upgrade-core/index.ts';
export type { CoreAccess, CoreEdit, TankAccess } from './toolkit-upgrade-core/ports.ts';
export { createCodeReport } from './code-report/index.ts';
export type { CodeAccess } from './code-report/ports.ts';
export { createRemoveAnchor } from './trust-store-remove-anchor/index.ts';
export {
  ArtifactRefusedError,
  MAX_ARTIFACT_BYTES,
  type ArtifactRequest,
  type FetchArtifact,
} from './artifacts/artifact-store.ts';
export { createBundleDeploy } from './bundle-deploy/index.ts';
export type { BundleAccess } from './bundle-deploy/ports.ts';
export { createVariableSet } from './variable-set/index.ts';
export { createVariableUnset } from './variable-unset/index.ts';
export type {
  RegistryPlace,
  RegistryText,
  VariableAccess,
  VariableFiles,
  VariableRegistry,
} from './variables/ports.ts';
export type { FileAccess, FileAttributes } from './guarded-files/ports.ts';
export type { EntryState } from './anchor-stores/entry-state.ts';
export type { AnchorInStore, AnchorStoreAccess, StoreName, StoreToolResult } from './anchor-stores/ports.ts';
export { anchorCheck, evaluateAnchor, type AnchorCheck } from './anchor-stores/verify.ts';
export { createUpgradePackage } from './python-upgrade-package/index.ts';
export type { PythonPackageAccess, PythonRun, PythonRunResult } from './python-upgrade-package/ports.ts';
export { createReplaceApi } from './shotgun-api-replace/index.ts';
export type { ApiCopyAccess } from './shotgun-api-replace/ports.ts';
export type { Account, TreeAccess, Writer } from './code-trees/ports.ts';
export { askTreeProcess, readTreeProcess, treeProcess } from './code-trees/tree-process.ts';
export { doTreeWork, type TreeAnswer, type TreeRequest } from './code-trees/tree-work.ts';
export { createTrustRepair, type TrustRepairOptions } from './trust-repair/index.ts';
