// Writes src/generated/prisma from prisma/schema.prisma. The Prisma CLI looks for a native schema engine, which it would
// fetch from the network, though `generate` never runs it: naming any executable that exists keeps it offline.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build', 'index.js');
const run = spawnSync(process.execPath, [cli, 'generate', '--schema', 'prisma/schema.prisma', '--no-hints'], {
  cwd: project,
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  },
  encoding: 'utf8',
  timeout: 120_000,
});
if (run.status !== 0) {
  process.stderr.write(
    `${run.stdout}${run.stderr}\nprisma generate failed; see above. If its files are missing, run npm ci.\n`,
  );
  process.exit(1);
}
