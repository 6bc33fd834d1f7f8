export type { DiagnosisFacts, VariableContext } from './facts.ts';
export type { Consumer, ResolvedSource } from './consumer.ts';
export type { CreatePredictor, Predict, Prediction, Predictor } from './predict.ts';
export type { CauseFound } from './cause.ts';
export type { Diagnose, DiagnoseOptions } from './diagnose.ts';
export type { Explain, Explanation } from './explain/types.ts';
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
export type { ClientOption } from './facts.ts';
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
