export type { DiagnosisFacts, VariableContext } from './facts.ts';
export type { Consumer, ResolvedSource } from './consumer.ts';
