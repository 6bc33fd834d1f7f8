import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Sums vitest's JSON reports: one file a project in `directory`.
 * @returns {{ suites: { name: string, passed: number, failed: number, skipped: number, seconds: number }[] }}
 */
export function readTestReports(directory) {
  if (!existsSync(directory)) return { suites: [] };
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .sort();
  return {
    suites: files.map((name) =>
      summarise(path.basename(name, '.json'), JSON.parse(readFileSync(path.join(directory, name), 'utf8'))),
    ),
  };
}

function summarise(name, report) {
  const ends = report.testResults.map((file) => file.endTime ?? report.startTime);
  // A file that failed before its first test counts as one failure: vitest lists no test for it.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  return {
    name,
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
    seconds: (Math.max(report.startTime, ...ends) - report.startTime) / 1000,
  };
}

/** The closing line; skipped is left out where nothing was. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
