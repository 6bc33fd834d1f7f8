import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Sums vitest's JSON reports: one file a project in `directory`.
 * @returns {{ suites: { name: string, passed: number, failed: number, skipped: number, seconds: number,
 *   failures: { name: string, message: string }[] }[] }}
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
    failures: report.testResults.flatMap(failuresOf),
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
    seconds: (Math.max(report.startTime, ...ends) - report.startTime) / 1000,
  };
}

const MAX_MESSAGE_LINES = 12;

/** What failed of one test file, with the beginning of what was said; a file that broke before its first test counts as one. */
function failuresOf(file) {
  const where = path.basename(file.name ?? '');
  const broken = file.status === 'failed' && file.assertionResults.length === 0;
  if (broken) return [{ name: where, message: firstLines(file.message ?? '') }];
  return file.assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages = [] }) => ({
      name: `${where}: ${fullName}`,
      message: firstLines(failureMessages.join('\n')),
    }));
}

function firstLines(text) {
  return text.trim().split('\n').slice(0, MAX_MESSAGE_LINES).join('\n');
}

/** The closing line; skipped is left out where nothing was. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
