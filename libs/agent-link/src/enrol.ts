import type { AgentIdentity, EnrolRequestFacts } from './types.ts';

/** Why an enrolment failed; `message` says it to a person. */
export type EnrolmentFailure =
  | 'badToken'
  | 'unreachable'
  | 'wrongServer'
  | 'malformedAnswer'
  | 'invalidToken'
  | 'usedToken'
  | 'expiredToken'
  | 'badSignature'
  | 'badRequest'
  | 'slowDown';

export declare class EnrolmentFailed extends Error {
  readonly code: EnrolmentFailure;
  constructor(code: EnrolmentFailure, message: string);
}

/** Turns this machine into a host: pinned TLS, proof of possession, answer checked against the token. Throws `EnrolmentFailed`. */
export declare function enrol(request: EnrolRequestFacts): Promise<AgentIdentity>;
