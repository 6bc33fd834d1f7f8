/** For tests alone: certificates of any shape, random PKIs, and the programs that are asked about them. */
export * from './make-certificate.ts';
export * from './make-zip.ts';
export * from './agreement/random-pki.ts';
export * from './agreement/referees.ts';
/** `verifyChain` with a callback that may go on, as Node's does. */
export { judge } from '../verify/verify-chain.ts';
