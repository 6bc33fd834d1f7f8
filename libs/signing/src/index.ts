export { canonicalJson, CanonicalJsonError, sha256OfJson } from './canonical-json.ts';
export { constantTimeEqual, fromBase64, sha256Hex, toBase64 } from './digest.ts';
export {
  exportPublicKey,
  importPublicKey,
  KeyError,
  keyId,
  keyPairFromSeed,
  signBytes,
  verifyBytes,
} from './keys.ts';
export type { Curve, KeyPair } from './keys.ts';
export { dsseSign, dsseVerify, preAuthenticationEncoding } from './dsse.ts';
export type { DsseResult, DsseSignRequest, DsseVerifyRequest } from './dsse.ts';
export { keysFor, keySetOfServerKey, openKeySet, signKeySet } from './key-set.ts';
export type { KeySetRefusal, OpenedKeySet, OpenKeySetRequest } from './key-set.ts';
export { merkleProof, merkleProofs, merkleRoot, verifyMerkle } from './merkle.ts';
export { openJob, openOrder, signJob, signJobEvent, signOrder, verifyJobEvent } from './orders.ts';
export type { Opened, OpenJobRequest, OpenOrderRequest, OpenRefusal } from './orders.ts';
export {
  agentSecretMatches,
  decodeEnrolmentToken,
  encodeEnrolmentToken,
  EnrolmentTokenError,
  formatAgentAuthorization,
  hashAgentSecret,
  parseAgentAuthorization,
  signEnrolment,
  verifyEnrolment,
} from './enrolment.ts';
export type { EnrolmentProofContent } from './enrolment.ts';
export {
  deriveSessionKeys,
  signChallenge,
  signHello,
  signServerTime,
  verifyChallenge,
  verifyHello,
  verifyServerTime,
} from './handshake.ts';
export type { SessionKeys, SessionKeysRequest, UnsignedChallenge, UnsignedHello } from './handshake.ts';
export { createFrameOpener, createFrameSealer, openFrame, sealFrame } from './frames.ts';
export type { Direction, FramePosition } from './frames.ts';
export { parseJson } from './parse-json.ts';
