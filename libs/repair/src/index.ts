export { acceptJob, type Acceptance, type AcceptanceContext } from './accept-job.ts';
export {
  MAX_ALLOW_LIST_BYTES,
  notPermittedReason,
  ownershipProblem,
  readAllowList,
  type AllowList,
  type AllowListFacts,
  type AllowListSource,
  type PathOwnership,
} from './allow-list.ts';
export { createRepair, type Repair } from './create-repair.ts';
export type { RepairOptions } from './worker.ts';
export { createDurableFiles } from './durable-files.ts';
export type { DurableFiles, EventListener, FaultPoint, RepairIdentity, RepairLog } from './ports.ts';
export {
  StepFailedError,
  type OpenedRemedy,
  type RemedyCheck,
  type RemedyExecutor,
  type RemedyPlan,
  type RemedyRefusal,
  type RemedyStep,
  type UndoStep,
} from './remedy.ts';
export { createAddAnchor } from './trust-store-add-anchor/index.ts';
export type { AnchorStoreAccess, StoreToolResult } from './trust-store-add-anchor/ports.ts';
export { anchorCheck, evaluateAnchor } from './trust-store-add-anchor/verify.ts';
