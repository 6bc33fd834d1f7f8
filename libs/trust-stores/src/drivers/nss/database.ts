import { createHash } from 'node:crypto';
import { sha256Hex } from '@trustfleet/certificates';
import type { AnchorTrust } from '@trustfleet/protocol';
import { readSqliteTable, SqliteFormatError, type SqliteCell } from './sqlite.ts';

/** One certificate of a `cert9.db`. */
export interface NssCertificate {
  readonly sha256: string;
  readonly der: Uint8Array;
  /** The nickname, byte for byte where it is UTF-8; null where it is not, as no program can be told it. Empty: it has none. */
  readonly nickname: string | null;
  /** As certutil prints them, without `u`: servers and clients, mail, code, e.g. `CT,C,C`. */
  readonly flags: string;
  /** CKA_ID, by which a private key of the database belongs to it. */
  readonly keyId: string;
}

export interface NssDatabase {
  readonly certificates: readonly NssCertificate[];
  /** Rows that could not be read, one sentence each. */
  readonly problems: readonly string[];
}

/** Attribute columns of softoken's tables: `a` and the number of the attribute in hex (NSS, sdb.c; pkcs11n.h). */
const COLUMNS = {
  class: 'a0',
  label: 'a3',
  value: 'a11',
  issuer: 'a81',
  serial: 'a82',
  keyId: 'a102',
  servers: 'ace536358',
  clients: 'ace536359',
  code: 'ace53635a',
  mail: 'ace53635b',
  sha1: 'ace5363b4',
  // PKCS#11 3.2 §4.7, in databases that NSS has written since it follows that.
  pkcsServers: 'a62c',
  pkcsClients: 'a62d',
  pkcsCode: 'a62e',
  pkcsMail: 'a62f',
  pkcsHash: 'a635',
} as const;
type Column = keyof typeof COLUMNS;
type Row = Readonly<Record<Column, Uint8Array | null>>;

const CERTIFICATE = '00000001';
const PRIVATE_KEY = '00000003';
const TRUST = 'ce534353';
const PKCS_TRUST = '0000000b';
/** What softoken writes for a value of no bytes (sdb.c, SQLITE_EXPLICIT_NULL). */
const EXPLICIT_NULL = 'a5005a';
const MAX_CERTIFICATE_BYTES = 64 * 1024;

/**
 * Certificates of a `cert9.db` with their trust, straight from the file: nothing of the database's owner is run (its `pkcs11.txt`
 * names libraries that certutil would load), no password is asked, and a nickname can hide nothing. Throws SqliteFormatError.
 */
export function parseCertificates(file: Uint8Array): NssDatabase {
  const rows = readSqliteTable(file, 'nssPublic', Object.values(COLUMNS));
  if (rows === null) throw new SqliteFormatError('it has no table nssPublic');
  const objects = rows.map(toRow);
  const trusts = trustsOf(objects);
  const certificates: NssCertificate[] = [];
  const problems: string[] = [];
  objects
    .filter((row) => hex(row.class) === CERTIFICATE)
    .forEach((row, index) => {
      const der = row.value;
      if (der === null || der.length === 0 || der.length > MAX_CERTIFICATE_BYTES)
        problems.push(
          `certificate ${index + 1} of the database has ${der === null ? 'no content' : `${der.length} bytes`}`,
        );
      else certificates.push(toCertificate(row, { der, trusts }));
    });
  return { certificates, problems };
}

/** CKA_ID of every private key in a `key4.db`, hex. Throws SqliteFormatError. */
export function parseKeyIds(file: Uint8Array): ReadonlySet<string> {
  const rows = readSqliteTable(file, 'nssPrivate', Object.values(COLUMNS)) ?? [];
  return new Set(
    rows
      .map(toRow)
      .filter((row) => hex(row.class) === PRIVATE_KEY)
      .map((row) => hex(row.keyId)),
  );
}

function toRow(cells: readonly SqliteCell[]): Row {
  const names = Object.keys(COLUMNS) as Column[];
  const entries = names.map((name, index): [Column, Uint8Array | null] => {
    const cell = cells[index];
    return [name, cell instanceof Uint8Array && hex(cell) !== EXPLICIT_NULL ? cell : null];
  });
  return Object.fromEntries(entries) as Row;
}

function toCertificate(
  row: Row,
  from: { der: Uint8Array; trusts: ReadonlyMap<string, Trust> },
): NssCertificate {
  const { der, trusts } = from;
  const [trust] = ['sha256', 'sha1'].flatMap((hash) => {
    const digest = createHash(hash).update(der).digest('hex');
    return [PKCS_TRUST, TRUST].flatMap((kind) => trusts.get(trustKey(row, { kind, digest })) ?? []);
  });
  const text = Buffer.from(row.label ?? []).toString('utf8');
  return {
    sha256: sha256Hex(der),
    der: new Uint8Array(der),
    nickname: Buffer.from(text, 'utf8').equals(row.label ?? Buffer.alloc(0)) ? text : null,
    flags: trust === undefined ? ',,' : flagsOf(trust),
    keyId: hex(row.keyId),
  };
}

/** What an object says of one certificate, in certutil's letters. */
interface Trust {
  readonly servers: string;
  readonly clients: string;
  readonly mail: string;
  readonly code: string;
}

/** NSS' own objects, and those of the standard, which NSS asks first where there are both (pk11merge.c). */
function trustsOf(objects: readonly Row[]): ReadonlyMap<string, Trust> {
  const trusts = new Map<string, Trust>();
  for (const row of objects) {
    const kind = hex(row.class);
    const letter = (value: Uint8Array | null): string => LETTERS[hex(value)] ?? '';
    if (kind === TRUST) {
      const { servers, clients, mail, code } = row;
      const own = {
        servers: letter(servers),
        clients: letter(clients),
        mail: letter(mail),
        code: letter(code),
      };
      trusts.set(trustKey(row, { kind, digest: hex(row.sha1) }), own);
    }
    if (kind === PKCS_TRUST) {
      const standard = {
        servers: letter(row.pkcsServers),
        clients: letter(row.pkcsClients),
        mail: letter(row.pkcsMail),
        code: letter(row.pkcsCode),
      };
      trusts.set(trustKey(row, { kind, digest: hex(row.pkcsHash) }), standard);
    }
  }
  return trusts;
}

/** softoken finds the trust of a certificate by issuer, serial and digest of it (NSS, devtoken.c). */
function trustKey(row: Row, of: { kind: string; digest: string }): string {
  return `${of.kind}:${hex(row.issuer)}:${hex(row.serial)}:${of.digest}`;
}

function hex(bytes: Uint8Array | null): string {
  return bytes === null ? '' : Buffer.from(bytes).toString('hex');
}

/**
 * CKT_NSS_TRUSTED, ..._TRUSTED_DELEGATOR, ..._NOT_TRUSTED and ..._VALID_DELEGATOR (pkcs11n.h); CKT_TRUSTED, CKT_TRUST_ANCHOR and
 * CKT_NOT_TRUSTED of the standard; in certutil's letters.
 */
const LETTERS: Readonly<Record<string, string>> = {
  ce534351: 'P',
  ce534352: 'C',
  ce53435a: 'p',
  ce53435b: 'c',
  '00000001': 'P',
  '00000002': 'C',
  '00000003': 'p',
};

function flagsOf({ servers, clients, mail, code }: Trust): string {
  // NSS keeps clients in the servers' field: a CA for clients is T there, and C says c (pki3hack.c, secutil.c).
  const ssl = new Set([servers, clients === 'C' ? 'T' : clients]);
  const both = ['C', 'T'].some((flag) => ssl.has(flag));
  const shown = ['c', 'p', 'C', 'T', 'P'].filter(
    (flag) => ssl.has(flag) && !(flag === 'c' && both) && !(flag === 'p' && ssl.has('P')),
  );
  return [shown.join(''), mail, code].join(',');
}

/** In the words that certutil prints above its list. */
const PURPOSES = [
  { field: 'ssl', letter: 'C', purpose: 'SSL' },
  { field: 'ssl', letter: 'T', purpose: 'SSL client' },
  { field: 'ssl', letter: 'P', purpose: 'SSL peer' },
  { field: 'mail', letter: 'C', purpose: 'S/MIME' },
  { field: 'code', letter: 'C', purpose: 'JAR/XPI' },
] as const;

/** What flags mean for TLS servers: C vouches, P is trusted for itself alone, p is rejected; in this order, as NSS decides (pki3hack.c). */
export function trustOf(flags: string): { readonly trust: AnchorTrust; readonly purposes: string[] | null } {
  const [ssl = '', mail = '', code = ''] = flags.split(',');
  const distrusted = !/[CP]/.test(ssl) && ssl.includes('p');
  const trust = ssl.includes('C') ? 'servers' : distrusted ? 'distrusted' : 'otherPurposes';
  const fields = { ssl, mail, code };
  const vouchedFor = PURPOSES.filter(({ field, letter }) => fields[field].includes(letter)).map(
    ({ purpose }) => purpose,
  );
  const all = (['SSL', 'S/MIME', 'JAR/XPI'] as const).every((purpose) => vouchedFor.includes(purpose));
  return { trust, purposes: all ? null : vouchedFor };
}
