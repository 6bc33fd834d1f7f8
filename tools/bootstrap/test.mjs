// `npm test`: everything through Nx: build, lint, typecheck, unit and integration tests, then end to end.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { BootstrapError, ensureDependencies } from './src/dependencies.mjs';
import { runNx } from './src/nx.mjs';
import { ROOT } from './src/paths.mjs';
import { missingRequirements } from './src/requirements.mjs';
import { closingLine, readTestReports } from './src/test-counts.mjs';

const CI = process.env.CI === 'true';
const REPORTS = path.join(ROOT, 'test-results');
const STAGES = [
  { name: 'build', targets: ['build'] },
  { name: 'typecheck', targets: ['typecheck'] },
  { name: 'lint', targets: ['lint'] },
  { name: 'format', targets: ['format'] },
  { name: 'test', targets: ['test'], reports: true },
  // Alone, since it starts whole fleets and browsers.
  { name: 'e2e', targets: ['e2e'], reports: true },
];

const say = (line) => process.stdout.write(`${line}\n`);

async function runStage(stage, skipped) {
  const exclude = stage.reports && skipped.length > 0 ? [`--exclude=${skipped.join(',')}`] : [];
  const started = performance.now();
  const code = await runNx([
    'run-many',
    '-t',
    ...stage.targets,
    '--parallel=2',
    '--outputStyle=static',
    '--nxBail=false',
    ...exclude,
  ]);
  return {
    name: stage.name,
    ok: code === 0,
    seconds: (performance.now() - started) / 1000,
    counted: Boolean(stage.reports),
  };
}

function report(stages, skippedProjects) {
  const { suites } = readTestReports(REPORTS);
  say('');
  for (const suite of suites)
    say(`  ${suite.name.padEnd(16)} ${suite.seconds.toFixed(1).padStart(7)} s  ${closingLine(suite)}`);
  for (const stage of stages)
    say(
      `  stage ${stage.name.padEnd(10)} ${stage.seconds.toFixed(1).padStart(7)} s  ${stage.ok ? 'ok' : 'FAILED'}`,
    );
  // At the end, where a log that was cut still has it.
  for (const suite of suites)
    for (const { name, message } of suite.failures) say(`\nFAILED ${suite.name} ${name}\n${message}`);
  const sum = (field) => suites.reduce((total, suite) => total + suite[field], 0);
  const plain = stages.filter((stage) => !stage.counted);
  // A test stage that failed without a failed test (a crash, a missing report) is a failure of its own.
  const silent = stages.some((stage) => stage.counted && !stage.ok) && sum('failed') === 0 ? 1 : 0;
  return {
    passed: sum('passed') + plain.filter((stage) => stage.ok).length,
    failed: sum('failed') + plain.filter((stage) => !stage.ok).length + silent,
    skipped: sum('skipped') + skippedProjects.length,
  };
}

async function main() {
  await ensureDependencies(say);
  const { missing, skipped } = missingRequirements();
  for (const requirement of missing)
    say(
      `Missing: ${requirement.name}. To have it: ${requirement.install}. Skipped: ${requirement.projects.join(', ')}.`,
    );
  rmSync(REPORTS, { recursive: true, force: true });
  const stages = [];
  for (const stage of STAGES) {
    stages.push(await runStage(stage, skipped));
    if (stage.name === 'build' && !stages[0].ok) break;
  }
  const counts = report(stages, skipped);
  if (CI && counts.skipped > 0) {
    say(`In CI a skip is a failure: ${counts.skipped} skipped.`);
    counts.failed += counts.skipped;
  }
  say(closingLine(counts));
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

main().catch((error) => {
  process.stderr.write(`${error instanceof BootstrapError ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
