import { relative, resolve, sep } from 'node:path';
import { createHost } from '@trustfleet/host';
import { collectCode } from '@trustfleet/python';
import { CliError, plain } from '@trustfleet/terminal';
import { renderFindings, summary } from '../report/code.ts';
import { isFault } from '../report/code-words.ts';
import { inertJson } from '../report/inert-json.ts';

export interface LintOptions {
  readonly directories: readonly string[];
  readonly json: boolean;
}

/**
 * What Python code decides for itself about verification, for a repository's CI; needs no enrolment. Resolves with the exit code: 0
 * nothing is wrong, 1 something is, or not everything could be read.
 */
export async function lintCommand(
  options: LintOptions,
  { stdout, stderr }: Record<'stdout' | 'stderr', NodeJS.WritableStream>,
): Promise<0 | 1> {
  const { ROOT_CATALOGUE: catalogue } = await import('@trustfleet/certificates/catalogue');
  const roots = options.directories.map((directory) => resolve(directory));
  // Who runs it reads with their own rights, and from the share on which the repository lies.
  const ports = { ...createHost(), canActAs: false };
  const missing = await missingAmong(roots);
  if (missing !== undefined) throw new CliError(`${missing} does not exist: name a directory or a file.`, 2);
  const { section } = await collectCode(ports, { roots, readNetwork: roots, catalogue });
  if (options.json) stdout.write(inertJson(section));
  else stdout.write([...renderFindings(section, fromHere), summary(section), ''].join('\n'));
  for (const { path, reason } of section.problems)
    stderr.write(`trustfleet-agent: ${plain(reason.includes(path) ? reason : `${path}: ${reason}`)}\n`);
  return section.findings.some(isFault) || section.problems.length > 0 ? 1 : 0;
}

async function missingAmong(paths: readonly string[]): Promise<string | undefined> {
  const found = await createHost().identify(paths);
  return paths.find((_, index) => found[index] === null);
}

/** As it lies below the working directory, where it does. */
function fromHere(path: string): string {
  const way = relative('.', path);
  return way === '' || way.startsWith(`..${sep}`) || way === '..' ? path : way;
}
