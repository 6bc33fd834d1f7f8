/**
 * Lists of public roots as administrators upload them. An entry of its own (`@trustfleet/certificates/public-list`): only the server reads
 * zips for it.
 */
export { MAX_PUBLIC_LIST_BYTES, readPublicList } from './read-public-list.ts';
export { releaseList } from './certifi-release.ts';
export type { PublicList, PublicListReading } from './types.ts';
/** Wheels and archives are read in memory by whoever puts code on a host, too. */
export { ZipRefusedError, zipMembers, type WantedMember } from './zip-members.ts';
