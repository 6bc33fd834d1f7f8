/** A file that is no SQLite database, or a broken one; the message says where. */
export class SqliteFormatError extends Error {
  override readonly name = 'SqliteFormatError';
}

/** Text comes as its bytes; numbers that are no 48-bit integers come as null, as nothing here needs them. */
export type SqliteCell = Uint8Array | number | null;

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const MAX_ROWS = 20_000;
const MAX_CELL_BYTES = 1024 * 1024;
const INTERIOR = 0x05;
const LEAF = 0x0d;

/**
 * Rows of one table with the named columns, in the table's order (sqlite.org/fileformat2.html; rowid tables alone). Hostile bytes
 * cost at most one visit a page, and rows as large as the file. A column that the table does not have is null in every row; null when there is no such table.
 * Throws {@link SqliteFormatError}.
 */
export function readSqliteTable(
  bytes: Uint8Array,
  table: string,
  columns: readonly string[],
): readonly (readonly SqliteCell[])[] | null {
  const file = openFile(bytes);
  for (const [type, name, root, sql] of readTree(file, 1, [0, 1, 3, 4])) {
    if (text(type) !== 'table' || text(name) !== table) continue;
    if (typeof root !== 'number') throw new SqliteFormatError(`the table ${table} has no root page`);
    const names = columnNames(text(sql));
    return readTree(
      file,
      root,
      columns.map((column) => names.indexOf(column)),
    );
  }
  return null;
}

const JOURNAL_MAGIC = 'd9d505f920a163d7';

/** Whether a rollback journal has pages that belong back into the database; it counts them in its header once they are safe. */
export function holdsPages(journal: Uint8Array): boolean {
  const bytes = Buffer.from(journal.buffer, journal.byteOffset, journal.byteLength);
  return bytes.length >= 28 && bytes.toString('hex', 0, 8) === JOURNAL_MAGIC && bytes.readUInt32BE(8) > 0;
}

interface SqliteFile {
  readonly bytes: Buffer;
  readonly pageSize: number;
  /** Bytes of a page that belong to SQLite. */
  readonly usable: number;
  /** Bytes of rows that are still believed in: a file whose rows hold more than the file itself shows one page in many of them. */
  readonly left: { bytes: number };
}

function openFile(bytes: Uint8Array): SqliteFile {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < HEADER_BYTES || buffer.toString('latin1', 0, 16) !== MAGIC)
    throw new SqliteFormatError('it is not an SQLite 3 database');
  const size = buffer.readUInt16BE(16);
  const pageSize = size === 1 ? 65_536 : size;
  const usable = pageSize - (buffer[20] ?? 0);
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0 || usable < 480)
    throw new SqliteFormatError(`a page size of ${pageSize} bytes`);
  return { bytes: buffer, pageSize, usable, left: { bytes: buffer.length } };
}

/** `CREATE TABLE t (a0, a1 TYPE, ...)`: the first word of each part. NSS writes no part with a comma in it. */
function columnNames(sql: string): string[] {
  const inside = sql.slice(sql.indexOf('(') + 1, sql.lastIndexOf(')'));
  return inside.split(',').map((part) => part.trim().split(/\s/)[0] ?? '');
}

function text(cell: SqliteCell | undefined): string {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('utf8') : '';
}

function readTree(file: SqliteFile, root: number, wanted: readonly number[]): SqliteCell[][] {
  const rows: SqliteCell[][] = [];
  const seen = new Set<number>();
  const pending = [root];
  for (let page = pending.pop(); page !== undefined; page = pending.pop()) {
    if (seen.has(page)) throw new SqliteFormatError(`page ${page} is reached twice`);
    seen.add(page);
    const { kind, cells, rightmost } = readPage(file, page);
    if (kind === INTERIOR) {
      const below = cells.map((at) => file.bytes.readUInt32BE(at));
      pending.push(rightmost, ...below.toReversed());
      continue;
    }
    for (const at of cells) rows.push(readRecord(readPayload(file, { at, page }), wanted));
    if (rows.length > MAX_ROWS) throw new SqliteFormatError(`more than ${MAX_ROWS} rows`);
  }
  return rows;
}

interface Page {
  readonly kind: typeof INTERIOR | typeof LEAF;
  /** Offsets in the file. */
  readonly cells: readonly number[];
  readonly rightmost: number;
}

function readPage(file: SqliteFile, page: number): Page {
  const { bytes, pageSize } = file;
  const start = (page - 1) * pageSize;
  if (page < 1 || start + pageSize > bytes.length) throw new SqliteFormatError(`page ${page} is not there`);
  const header = page === 1 ? HEADER_BYTES : start;
  const kind = bytes[header];
  if (kind !== INTERIOR && kind !== LEAF)
    throw new SqliteFormatError(`page ${page} is of no table (kind ${kind ?? -1})`);
  const count = bytes.readUInt16BE(header + 3);
  const array = header + (kind === INTERIOR ? 12 : 8);
  if (array + 2 * count > start + pageSize)
    throw new SqliteFormatError(`page ${page} announces ${count} cells`);
  const cells = Array.from({ length: count }, (_, index) => {
    const offset = bytes.readUInt16BE(array + 2 * index);
    if (offset + 4 > pageSize) throw new SqliteFormatError(`a cell of page ${page} lies outside of it`);
    return start + offset;
  });
  return { kind, cells, rightmost: kind === INTERIOR ? bytes.readUInt32BE(header + 8) : 0 };
}

/** A leaf cell's payload with what overflows to other pages (fileformat2.html §1.6). */
function readPayload(file: SqliteFile, { at, page }: { at: number; page: number }): Buffer {
  const { bytes, usable, pageSize } = file;
  const length = varint(bytes, at);
  const rowid = varint(bytes, length.end);
  const end = page * pageSize;
  if (length.value > MAX_CELL_BYTES) throw new SqliteFormatError(`a row of ${length.value} bytes`);
  file.left.bytes -= length.value;
  if (file.left.bytes < 0) throw new SqliteFormatError('its rows hold more than the file');
  const local = localBytes(length.value, usable);
  if (rowid.end + local > end) throw new SqliteFormatError(`a row of page ${page} leaves its page`);
  const parts = [bytes.subarray(rowid.end, rowid.end + local)];
  let missing = length.value - local;
  let next = missing > 0 ? readUInt32(bytes, rowid.end + local) : 0;
  while (missing > 0) {
    const start = (next - 1) * pageSize;
    if (next < 1 || start + pageSize > bytes.length)
      throw new SqliteFormatError(`overflow page ${next} is not there`);
    const taken = Math.min(missing, usable - 4);
    parts.push(bytes.subarray(start + 4, start + 4 + taken));
    missing -= taken;
    next = bytes.readUInt32BE(start);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

function localBytes(payload: number, usable: number): number {
  const most = usable - 35;
  if (payload <= most) return payload;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = least + ((payload - least) % (usable - 4));
  return fitting <= most ? fitting : least;
}

function readRecord(payload: Buffer, wanted: readonly number[]): SqliteCell[] {
  const header = varint(payload, 0);
  if (header.value > payload.length) throw new SqliteFormatError('a row with a header longer than itself');
  const cells = new Map<number, SqliteCell>();
  let at = header.value;
  let column = 0;
  for (let from = header.end; from < header.value; column += 1) {
    const type = varint(payload, from);
    from = type.end;
    const size = sizeOf(type.value);
    if (at + size > payload.length) throw new SqliteFormatError('a row with a column that leaves it');
    if (wanted.includes(column)) cells.set(column, cellOf(payload, { type: type.value, at, size }));
    at += size;
  }
  return wanted.map((index) => cells.get(index) ?? null);
}

const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

function sizeOf(type: number): number {
  return SIZES[type] ?? Math.floor((type - 12) / 2);
}

function cellOf(payload: Buffer, cell: { type: number; at: number; size: number }): SqliteCell {
  const { type, at, size } = cell;
  if (type >= 12) return payload.subarray(at, at + size);
  if (type >= 1 && type <= 5) return payload.readIntBE(at, size);
  return type === 8 ? 0 : type === 9 ? 1 : null;
}

function readUInt32(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw new SqliteFormatError('the file ends within a row');
  return bytes.readUInt32BE(at);
}

/** Huffman-like integer of up to 9 bytes. The 64-bit ones become inexact, which only makes them too large. */
function varint(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < 9; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) throw new SqliteFormatError('the file ends within a number');
    if (index === 8) return { value: value * 256 + byte, end: start + 9 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  throw new SqliteFormatError('a number without an end');
}
