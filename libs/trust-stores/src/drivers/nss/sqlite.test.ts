import { expect, it } from 'vitest';
import { readSqliteTable } from './sqlite.ts';

const PAGE = 4096;
const LEAF = 0x0d;
const ROW_BYTES = 1024 * 1024;
/** What a row of that size keeps in its own page (sqlite.org/fileformat2.html §1.6). */
const LOCAL_BYTES = 489 + ((ROW_BYTES - 489) % (PAGE - 4));

/** SQLite's integer of up to 9 bytes. */
function varint(value: number): Buffer {
  const bytes = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift((rest & 0x7f) | 0x80);
  return Buffer.from(bytes);
}

/** A leaf page whose cell pointers all lead to one cell. */
function putLeaf(file: Buffer, page: number, of: { cell: Buffer; times: number }): void {
  const start = (page - 1) * PAGE;
  const header = page === 1 ? 100 : start;
  const offset = PAGE - of.cell.length;
  file[header] = LEAF;
  file.writeUInt16BE(of.times, header + 3);
  for (let index = 0; index < of.times; index += 1) file.writeUInt16BE(offset, header + 8 + 2 * index);
  of.cell.copy(file, start + offset);
}

function schemaCell(): Buffer {
  const columns = ['table', 't', 't', Buffer.from([2]), 'CREATE TABLE t (a)'];
  const types = columns.map((value) => (typeof value === 'string' ? 13 + 2 * value.length : 1));
  const record = Buffer.concat([
    Buffer.from([types.length + 1, ...types]),
    ...columns.map((value) => Buffer.from(value)),
  ]);
  return Buffer.concat([varint(record.length), varint(1), record]);
}

/** Three pages: a schema, a leaf of `rows` rows of 1 MiB each, and an overflow page that leads to itself. */
function bombOf(rows: number): Buffer {
  const file = Buffer.alloc(3 * PAGE);
  file.write('SQLite format 3\0', 'latin1');
  file.writeUInt16BE(PAGE, 16);
  putLeaf(file, 1, { cell: schemaCell(), times: 1 });
  const type = varint(12 + 2 * (ROW_BYTES - 5));
  const local = Buffer.alloc(LOCAL_BYTES);
  Buffer.concat([varint(type.length + 1), type]).copy(local);
  const overflow = Buffer.from([0, 0, 0, 3]);
  const cell = Buffer.concat([varint(ROW_BYTES), varint(1), local, overflow]);
  putLeaf(file, 2, { cell, times: rows });
  overflow.copy(file, 2 * PAGE);
  return file;
}

it('does not make gigabytes of a file of twelve KiB', () => {
  expect(() => readSqliteTable(bombOf(100), 't', ['a'])).toThrow('its rows hold more than the file');
});
