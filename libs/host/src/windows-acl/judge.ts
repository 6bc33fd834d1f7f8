import { parseSddl, type Grant } from './sddl.ts';

/** One file or folder with its security descriptor (SDDL); null where it could not be had. */
export interface Secured {
  readonly path: string;
  readonly sddl: string | null;
}

/** Those who may do everything on the machine anyway (learn.microsoft.com, "Well-known SIDs"). */
const MASTERS = new Set([
  ...['SY', 'S-1-5-18'],
  ...['BA', 'S-1-5-32-544'],
  // NT SERVICE\TrustedInstaller owns the folders of Windows itself.
  'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
]);
/** The groups that are found most often, as people know them. */
const NAMES: Readonly<Record<string, string>> = {
  WD: 'Everyone',
  AU: 'Authenticated Users',
  BU: 'Users',
  IU: 'INTERACTIVE',
  BG: 'Guests',
  DU: 'Domain Users',
  AC: 'ALL APPLICATION PACKAGES',
};
const nameOf = (sid: string): string => NAMES[sid] ?? sid;
/** OWNER RIGHTS: whoever the owner is, and the owner is judged. */
const OWNER_RIGHTS = new Set(['OW', 'S-1-3-4']);

const GENERIC_ALL = 0x1000_0000;
const GENERIC_WRITE = 0x4000_0000;
const GENERIC_READ = 0x8000_0000;
const READ_DATA = 0x1;
const WRITE_DATA = 0x2;
const APPEND_DATA = 0x4;
const DELETE_CHILD = 0x40;
const DELETE = 0x1_0000;
const WRITE_DAC = 0x4_0000;
const WRITE_OWNER = 0x8_0000;

/** Puts another thing in the place of this one, or of what lies in it. */
const REPLACE = DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL;
/** Changes what it says; of a folder: adds files or folders. */
const WRITE = REPLACE | WRITE_DATA | APPEND_DATA | GENERIC_WRITE;
const READ = READ_DATA | GENERIC_READ | GENERIC_ALL;

/** `replace`: nobody else may put another thing there. `write`: nor change its content. `secret`: nor read it. */
export type Demand = 'replace' | 'write' | 'secret';
const FORBIDDEN: Readonly<Record<Demand, number>> = { replace: REPLACE, write: WRITE, secret: WRITE | READ };

export interface Question {
  readonly secured: Secured;
  readonly demand: Demand;
  /** SID of the account that asks, which is trusted; null where it is not known. */
  readonly ownSid: string | null;
}

/**
 * Why the object does not meet the demand, as a sentence; null when it does. Only SYSTEM, the Administrators, TrustedInstaller and this
 * account itself may be among those who can do more. Entries that deny are not counted in anybody's favour.
 */
export function accessProblem({ secured, demand, ownSid }: Question): string | null {
  const { path, sddl } = secured;
  const descriptor = sddl === null ? null : parseSddl(sddl);
  if (descriptor === null)
    return `it cannot be told who may change ${path}: its access list could not be read.`;
  const isTrusted = (sid: string): boolean => MASTERS.has(sid) || (ownSid !== null && sid === ownSid);
  if (!isTrusted(descriptor.owner))
    return `${path} belongs to ${nameOf(descriptor.owner)}, who could change it: give it to the Administrators (icacls "${path}" /setowner *S-1-5-32-544).`;
  if (descriptor.grants === null)
    return `${path} has no access list, so that everybody may change it: run icacls "${path}" /reset.`;
  const other = descriptor.grants.find(
    ({ sid, rights, inheritOnly }: Grant) =>
      !inheritOnly && !isTrusted(sid) && !OWNER_RIGHTS.has(sid) && (rights & FORBIDDEN[demand]) !== 0,
  );
  if (other === undefined) return null;
  const may = demand === 'secret' ? 'may read or change' : 'may change';
  return `${nameOf(other.sid)} ${may} ${path}: take that right away (icacls "${path}" shows who has which).`;
}

/**
 * The same for a file or folder and all folders above it: the first has to meet `demand`, and nobody else may replace one of the
 * others, or the next of them in it. New things beside it do no harm.
 */
export function chainProblem(
  chain: readonly Secured[],
  { demand, ownSid }: Pick<Question, 'demand' | 'ownSid'>,
): string | null {
  for (const [depth, secured] of chain.entries()) {
    const problem = accessProblem({ secured, ownSid, demand: depth === 0 ? demand : 'replace' });
    if (problem !== null) return problem;
  }
  return null;
}
