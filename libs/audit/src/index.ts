export { chainEntries, GENESIS } from './chain.ts';
export type { Actor, AuditDetail, AuditEntry, AuditRecord, ChainPoint } from './chain.ts';
export { checkLink, verifyChain } from './verify.ts';
export type { BrokenLink, LinkResult, VerifyOptions } from './verify.ts';
export { signAuditHead, verifyAuditHead } from './head.ts';
export type { HeadFacts, HeadResult } from './head.ts';
