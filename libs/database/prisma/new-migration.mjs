// node prisma/new-migration.mjs <snake_case_name> [--check]
//
// Makes prisma/migrations/<timestamp>_<name>/ with the SQL that leads from the last migration's model to prisma/schema.prisma.
// Prisma's own `migrate dev` needs a native engine and a shadow database; the WebAssembly engine can diff two models without
// either, so each migration keeps the model that it leads to (schema.prisma beside its migration.sql).
// --check: writes nothing and fails when schema.prisma differs from the last migration's model.
import { readFileSync, readdirSync, mkdirSync, writeFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const migrations = join(here, 'migrations');

async function loadEngine() {
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const bindings = await import(join(folder, 'schema_engine_bg.js'));
  const wasm = await WebAssembly.instantiate(readFileSync(join(folder, 'schema_engine_bg.wasm')), {
    './schema_engine_bg.js': bindings,
  });
  bindings.__wbg_set_wasm(wasm.instance.exports);
  wasm.instance.exports.__wbindgen_start();
  return bindings;
}

function lastModel() {
  const names = readdirSync(migrations).filter((name) => existsSync(join(migrations, name, 'schema.prisma')));
  const last = names.sort().at(-1);
  return last === undefined ? null : readFileSync(join(migrations, last, 'schema.prisma'), 'utf8');
}

/**
 * Diffing two models needs no database, but the engine asks its adapter for the server's version first (and nothing else).
 * Answered here with the major that we ship, so that no server has to run.
 */
function offlineAdapter(factory) {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const connection = await connect();
    connection.queryRaw = async (query) => {
      if (!query.sql.includes('server_version_num'))
        throw new Error(`The schema engine asked an unexpected question: ${query.sql}`);
      const [int, bool, text] = [0, 5, 7];
      return {
        columnNames: ['exists', 'version', 'numeric_version'],
        columnTypes: [bool, text, int],
        rows: [[true, 'PostgreSQL 18.4', 180004]],
      };
    };
    return connection;
  };
  return factory;
}

/** SQL from one model to another; '' when they are the same. `from` null: an empty database. */
async function diff(from, to) {
  const [{ SchemaEngine }, { PrismaPg }, { bindMigrationAwareSqlAdapterFactory }] = await Promise.all([
    loadEngine(),
    import('@prisma/adapter-pg'),
    import('@prisma/driver-adapter-utils'),
  ]);
  const model = (content) => ({ tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] });
  const adapter = bindMigrationAwareSqlAdapterFactory(
    offlineAdapter(new PrismaPg({ connectionString: 'postgresql://localhost:1/none' })),
  );
  const engine = await SchemaEngine.new({ datamodels: [['schema.prisma', to]] }, () => {}, adapter);
  const result = await engine.diff({
    from: from === null ? { tag: 'empty' } : model(from),
    to: model(to),
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  const sql = (result.stdout ?? '').trim();
  return sql.startsWith('-- This is an empty migration') ? '' : sql;
}

const [name, ...flags] = process.argv.slice(2);
const target = readFileSync(join(here, 'schema.prisma'), 'utf8');
const from = lastModel();
const sql = await diff(from, target);
if (name === '--check' || flags.includes('--check')) {
  if (sql !== '') {
    process.stderr.write(
      `prisma/schema.prisma is ahead of the last migration; run: node prisma/new-migration.mjs <name>\n\n${sql}\n`,
    );
    process.exit(1);
  }
} else if (name === undefined || !/^[a-z][a-z0-9_]{2,59}$/.test(name)) {
  process.stderr.write('Usage: node prisma/new-migration.mjs <snake_case_name> | --check\n');
  process.exit(2);
} else if (sql === '') {
  process.stdout.write('Nothing to do: prisma/schema.prisma is the last migration’s model.\n');
} else {
  const stamp = new Date().toISOString().replace(/[-:T]/g, '').slice(0, 14);
  const folder = join(migrations, `${stamp}_${name}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'migration.sql'), `${sql}\n`);
  writeFileSync(join(folder, 'schema.prisma'), target);
  process.stdout.write(`${folder}: read the SQL, add what Prisma cannot say, commit both files.\n`);
}
