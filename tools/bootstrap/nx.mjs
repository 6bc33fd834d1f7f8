// `npm run nx -- …`: Nx under the project's own Node.
import { ensureDependencies } from './src/dependencies.mjs';
import { runNx } from './src/nx.mjs';

await ensureDependencies((line) => process.stderr.write(`${line}\n`));
process.exitCode = await runNx(process.argv.slice(2));
