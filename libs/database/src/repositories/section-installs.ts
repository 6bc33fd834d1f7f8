import type { SectionBody } from '../model/sections.ts';
import { installsOfSection } from '../shared-installs/installs-of-section.ts';
import { storableJson } from '../storable.ts';

/** What an index row takes of a text, whatever its alphabet; the id follows it. */
const SORTED_CHARS = 200;

/** $17: shared installs, each once, in order of their id, so that two writers lock them in one order. $18: which body names which. */
export function installValues(bodies: readonly SectionBody[]): readonly [string, string] {
  const found = bodies.map((body) => ({ body, installs: installsOfSection(body) }));
  const installs = new Map(found.flatMap((one) => one.installs.map((install) => [install.id, install])));
  const rows = [...installs.values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, kind, place, source, path, content, version, server }) => ({
      ...{ id, kind, place, source, path, content, version, server },
      sort_key: `${source}${path}`.slice(0, SORTED_CHARS),
    }));
  const uses = found.flatMap(({ body: { name, digest }, installs: own }) =>
    own.map(({ id, at, location, mount }, position) => ({
      ...{ name, digest, position, install_id: id, path: at, location, mount },
    })),
  );
  return [storableJson(rows), storableJson(uses)];
}

/** Parts of the statement that writes bodies, after `brought`: a body that the fleet had already brought its own when it came. */
export const WRITE_INSTALLS = `installs AS (
    INSERT INTO shared_install (id, kind, place, source, path, content, version, server, sort_key)
    SELECT id, kind, place, source, path, content, version, server, sort_key FROM jsonb_to_recordset($17::jsonb)
      AS u (id text, kind text, place text, source text, path text, content text, version text, server text, sort_key text)
    ON CONFLICT (id) DO NOTHING),
  uses AS (
    INSERT INTO section_install (name, digest, position, install_id, path, location, mount)
    SELECT u.name, u.digest, u.position, u.install_id, u.path, u.location, u.mount FROM jsonb_to_recordset($18::jsonb)
      AS u (name text, digest text, position int, install_id text, path text, location text, mount text)
    JOIN brought ON brought.name = u.name AND brought.digest = u.digest)`;
