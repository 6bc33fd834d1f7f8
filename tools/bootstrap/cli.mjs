// `npm run trustfleet -- …`: the command for people and CI, as it was built last.
import { runBuiltProgram } from './src/built-program.mjs';

await runBuiltProgram('cli');
