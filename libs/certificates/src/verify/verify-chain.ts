import type { Verification, VerifyRequest } from './types.ts';

/** Judges a presented chain as OpenSSL's X509_verify_cert does for a TLS client. Pure; never throws for what a server sends. */
export type VerifyChain = (request: VerifyRequest) => Verification;
