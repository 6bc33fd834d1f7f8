/** For tests alone: certificates of any shape, random PKIs, and the programs that are asked about them. */
export * from './make-certificate.ts';
export * from './agreement/random-pki.ts';
export * from './agreement/referees.ts';
