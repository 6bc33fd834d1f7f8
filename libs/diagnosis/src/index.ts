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
export { findCodeDecisions, type FoundDecision } from './code/find-decisions.ts';
