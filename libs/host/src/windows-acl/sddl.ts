/** Permission of a security descriptor that is granted to somebody (MS-DTYP §2.4.4, [access control entry]). */
export interface Grant {
  /** `S-1-…` or the two letters that SDDL has for well-known ones. */
  readonly sid: string;
  /** Access mask. */
  readonly rights: number;
  /** Counts for what will lie below, not for the object itself. */
  readonly inheritOnly: boolean;
}

export interface SecurityDescriptor {
  readonly owner: string;
  /** Null: no list at all, and with it everything to everybody. */
  readonly grants: readonly Grant[] | null;
}

/** Whatever right could be meant. */
export const ALL_RIGHTS = 0xffff_ffff;

/** Two-letter rights (MS-DTYP §2.5.1.1); generic and file ones beside those of directory services, whose bits are the same. */
const RIGHTS: Readonly<Record<string, number>> = {
  ...{ GA: 0x1000_0000, GX: 0x2000_0000, GW: 0x4000_0000, GR: 0x8000_0000 },
  ...{ SD: 0x1_0000, RC: 0x2_0000, WD: 0x4_0000, WO: 0x8_0000 },
  ...{ FA: 0x1f_01ff, FR: 0x12_0089, FW: 0x12_0116, FX: 0x12_00a0 },
  ...{ CC: 0x1, DC: 0x2, LC: 0x4, SW: 0x8, RP: 0x10, WP: 0x20, DT: 0x40, LO: 0x80, CR: 0x100 },
};

/** What is not understood counts as every right: this is read to find who could change a file. */
function parseRights(text: string): number {
  if (/^0x[0-9a-f]{1,8}$/i.test(text)) return Number.parseInt(text, 16);
  const letters = text.match(/../g) ?? [];
  if (text.length % 2 !== 0) return ALL_RIGHTS;
  return letters.reduce((mask, pair) => (mask | (RIGHTS[pair] ?? ALL_RIGHTS)) >>> 0, 0);
}

const SID = /^(S-1(-(\d{1,20}|0x[0-9a-f]{1,12})){1,16}|[A-Z]{2})$/i;
const ALLOWS = new Set(['A', 'OA', 'XA', 'ZA']);
const DENIES = new Set(['D', 'OD', 'XD']);

/** One entry without its outer parentheses; undefined for one that grants nothing, null for what cannot be understood. */
function parseEntry(text: string): Grant | undefined | null {
  const [type = '', flags = '', rights = '', , , sid = ''] = text.split(';');
  if (DENIES.has(type)) return undefined;
  if (!ALLOWS.has(type) || !SID.test(sid) || !/^([A-Z]{2})*$/.test(flags)) return null;
  return { sid, rights: parseRights(rights), inheritOnly: /^(..)*IO/.test(flags) };
}

/** The texts between the outermost parentheses (conditions of an entry have some inside); null where they do not close. */
function entriesOf(text: string): string[] | null {
  const entries: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index];
    if (letter === '(' && (depth += 1) === 1) start = index + 1;
    else if (letter === ')' && (depth -= 1) === 0) entries.push(text.slice(start, index));
    else if (depth <= 0) return null;
  }
  return depth === 0 ? entries : null;
}

const DESCRIPTOR = /^O:([^:]+?)(?:G:([^:]+?))?D:((?:P|AR|AI|NO_ACCESS_CONTROL)*)(\([^]*\))?$/;
const MAX_LENGTH = 64 * 1024;

/**
 * Owner and discretionary list of a security descriptor in its text form (MS-DTYP §2.5.1), as
 * ConvertSecurityDescriptorToStringSecurityDescriptor writes them. Null where anything of it is not understood: then nobody can say
 * who may change the object.
 */
export function parseSddl(text: string): SecurityDescriptor | null {
  const found = text.length <= MAX_LENGTH ? DESCRIPTOR.exec(text) : null;
  const owner = found?.[1] ?? '';
  if (found === null || !SID.test(owner)) return null;
  if (found[3]?.includes('NO_ACCESS_CONTROL')) return { owner, grants: null };
  const grants = grantsOf(found[4] ?? '');
  return grants === null ? null : { owner, grants };
}

/** Null where one of the entries is not understood. */
function grantsOf(list: string): Grant[] | null {
  const entries = entriesOf(list)?.map(parseEntry);
  if (entries === undefined || entries.includes(null)) return null;
  return entries.filter((entry) => entry !== undefined && entry !== null);
}
