import type { CodeFinding, CodeSection } from '@trustfleet/protocol';
import { count, plain } from '@trustfleet/terminal';
import { codeFindingWords, isFault } from './code-words.ts';

function findingLines(finding: CodeFinding, shown: (path: string) => string): string[] {
  const note = isFault(finding) ? '' : 'note: ';
  return [
    `${plain(shown(finding.path))}:${finding.line}: ${note}${plain(codeFindingWords(finding))}`,
    `    ${plain(finding.text)}`,
  ];
}

/** One block a finding, as compilers print them; `shown` makes a path what its reader typed. */
export function renderFindings(section: CodeSection, shown: (path: string) => string): string[] {
  return section.findings.flatMap((finding) => findingLines(finding, shown));
}

/** `2 findings in 120 files.` */
export function summary(section: CodeSection): string {
  const faults = section.findings.filter(isFault).length;
  const notes = section.findings.length - faults;
  const found = faults === 0 ? 'Nothing found' : count(faults, 'finding');
  const more = notes === 0 ? '' : ` and ${count(notes, 'note')}`;
  return `${found}${more} in ${count(section.files, 'file')} of Python.`;
}
