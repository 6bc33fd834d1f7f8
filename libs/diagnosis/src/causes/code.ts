import { codeEvidence, decidingStep, type FindCause } from './inquest.ts';

/** The argument of code that decides for itself is what does not load, or what switches verification off (decision 0011). */
export const codeCause: FindCause = (inquest) => {
  const { state, error } = inquest.resolved.source;
  const step = decidingStep(inquest);
  if (inquest.resolved.consumer.code === undefined || step?.kind !== 'argument') return null;
  if (state === 'verificationOff') return { cause: 'verificationOff', evidence: codeEvidence(inquest) };
  if (state !== 'cannotLoad') return null;
  const why = step.reason === null ? {} : { reason: step.reason };
  return { cause: 'trustedInCode', evidence: { ...codeEvidence(inquest), ...why, error } };
};
