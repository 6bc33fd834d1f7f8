export { compareVersions, isAtLeast, isBefore, versionNumber, type VersionNumber } from './version-number.ts';
export type { DiagnosisFacts, VariableContext } from './facts.ts';
export type { Consumer, ResolvedSource } from './consumer.ts';
export { createPredictor, predict, type Otherwise, type Prediction, type Predictor } from './predict.ts';
export { findCause } from './causes/find-cause.ts';
export type { CauseFound, FindCause, Inquest } from './causes/inquest.ts';
export { releaseOf, type BundleRelease } from './causes/bundle-release.ts';
export { nameRulesOf } from './prediction/name-rules.ts';
export { verifyErrorText } from './prediction/error-text.ts';
export { diagnoseSources, type DiagnoseOptions } from './diagnose.ts';
export { explain } from './explain/explain.ts';
export type { Explanation } from './explain/types.ts';
export { API_PATHS, ERAS } from './shotgun-api/types.ts';
export type {
  ApiEra,
  ApiPath,
  Era,
  EraOf,
  Importable,
  TrustOrder,
  TrustOrderOf,
} from './shotgun-api/types.ts';
export type { ConsumersOf, ResolveSource, ResolveSources, VariableContexts } from './trust-sources/types.ts';
export { decodePythonSource } from './code/decode-source.ts';
export { DECIDING_NAMES, findCodeDecisions, type FoundDecision } from './code/find-decisions.ts';
export { variableContexts } from './contexts/variable-contexts.ts';
export { ERA_TABLE, eraOf, type EraRow } from './shotgun-api/eras.ts';
export { trustOrder } from './shotgun-api/trust-order.ts';
export { IMPORT_TABLE, importable, type ImportRow } from './shotgun-api/importable.ts';
export { serverName, type ServerNameRule } from './shotgun-api/server-name.ts';
export {
  judgeInterception,
  type Interception,
  type InterceptionFacts,
} from './interception/judge-interception.ts';
export { daysBehind, targetProblem } from './code/target-problem.ts';
export { resolveSource } from './trust-sources/resolvers.ts';
export { consumersOf, resolveSources } from './consumers/consumers-of.ts';
export { STEP_REASONS, type StepReason } from './trust-sources/step.ts';
export { reasonWords, stateWords, stepWords } from './words/words.ts';
export { diagnose } from './diagnose.ts';
export { isMendable, remediesFor, type Ailing } from './remedies/remedies-for.ts';
export { SUGGESTED_REMEDIES, type SuggestedRemedy, type Suggestion } from './remedies/suggestion.ts';
export { CAUSE_WORDS, causeWords, suggestionWords, wordsOf, type CauseWords } from './words/causes.ts';
export {
  changesOf,
  comparisons,
  consequences,
  isBetter,
  isWorse,
  MAX_CHANGES,
  type Comparison,
  type EndpointAddress,
  type Judged,
  type JudgedVerdict,
} from './consequences/consequences.ts';
export { counterpartsOf, type ComparedSource, type Counterparts } from './consequences/counterparts.ts';
export { judgeProof, type PointId, type Proof, type ProofTask } from './consequences/judge-proof.ts';
export { isTrustFailure } from './consequences/trust-failure.ts';
export {
  smallestRepair,
  type PartEffect,
  type RepairPart,
  type RepairTask,
  type SmallestRepair,
  type TargetPoint,
} from './remedies/smallest-repair.ts';
