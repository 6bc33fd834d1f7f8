import type { StoreSnapshot } from '../types.ts';
import type { FileWayLayout, KeptPlace } from './layout.ts';
import { keptPlaces, MAX_PLACE_FILES, MAX_SNAPSHOT_BYTES, type SnapshotFile } from './snapshot.ts';

/** A place with the files that belong there, after they were checked. */
export interface OpenedPlace {
  readonly place: KeptPlace;
  readonly files: readonly OpenedFile[];
}

export interface OpenedFile {
  readonly name: string;
  readonly path: string;
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/** A snapshot may have lain in a journal: names that lead elsewhere, or files that the tool would not read, are not believed. Throws. */
export function openSnapshot(snapshot: StoreSnapshot, layout: FileWayLayout): readonly OpenedPlace[] {
  const format: number = snapshot.format;
  if (format !== 1 || snapshot.driver !== layout.driver || snapshot.id !== layout.driver)
    throw new Error(
      `The snapshot is one of ${snapshot.id} (driver ${snapshot.driver}, format ${format}), not of this store`,
    );
  const places = keptPlaces(layout);
  const given = arrayAt(snapshot.content, 'places');
  if (given.length !== places.length) throw damaged('it has other places than this store');
  const opened = places.map((place, index) => openPlace(place, given[index]));
  const total = opened.flatMap(({ files }) => files).reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total > MAX_SNAPSHOT_BYTES) throw damaged('it is too large');
  return opened;
}

function openPlace(place: KeptPlace, given: unknown): OpenedPlace {
  if (valueAt(given, 'id') !== place.id) throw damaged(`the place ${place.id} is missing`);
  const files = arrayAt(given, 'files');
  if (files.length > (place.kind === 'file' ? 1 : MAX_PLACE_FILES))
    throw damaged(`the place ${place.id} has too many files`);
  const opened = files.map((file) => openFile(place, file));
  if (new Set(opened.map(({ path }) => path)).size !== opened.length)
    throw damaged(`the place ${place.id} has a file twice`);
  return { place, files: opened };
}

function openFile(place: KeptPlace, given: unknown): OpenedFile {
  const { name, mode, content } = given as Partial<SnapshotFile>;
  if (typeof name !== 'string' || typeof content !== 'string' || typeof mode !== 'number')
    throw damaged('a file lacks its name, mode or content');
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o777) throw damaged(`the mode of ${name} is none`);
  if (!belongs(place, name)) throw damaged(`${JSON.stringify(name.slice(0, 200))} is no file of ${place.id}`);
  const bytes = Buffer.from(content, 'base64');
  if (bytes.toString('base64') !== content) throw damaged(`${name} is not base64`);
  return { name, path: place.kind === 'file' ? place.path : `${place.path}/${name}`, mode, bytes };
}

function belongs(place: KeptPlace, name: string): boolean {
  if (place.kind === 'file') return name === '';
  const parts = name.split('/');
  const plain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'));
  return plain && parts.length <= place.depth + 1 && place.reads(parts.at(-1) ?? '');
}

function valueAt(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) throw damaged(`${key} is missing`);
  return (value as Readonly<Record<string, unknown>>)[key];
}

function arrayAt(value: unknown, key: string): readonly unknown[] {
  const found = valueAt(value, key);
  if (!Array.isArray(found)) throw damaged(`${key} is no list`);
  return found;
}

function damaged(reason: string): Error {
  return new Error(`The snapshot is damaged: ${reason}`);
}
