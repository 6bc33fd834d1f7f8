// `npm run -s agent -- …`: the agent's own commands (scan, doctor, lint …), as it was built last.
import { runBuiltProgram } from './src/built-program.mjs';

await runBuiltProgram('agent');
