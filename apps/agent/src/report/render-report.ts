import type { CodeSection, Inventory } from '@trustfleet/protocol';
import { renderBundles } from './bundles.ts';
import { renderFindings, summary } from './code.ts';
import { renderPythons } from './pythons.ts';
import { renderShotgrid } from './shotgrid.ts';
import { renderSystem } from './system.ts';
import { renderTrustStores } from './trust-stores.ts';
import { plain } from '@trustfleet/terminal';
import { renderVariables } from './variables.ts';

export interface ReportContext {
  /** DER by SHA-256, to name anchors. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  readonly problems: readonly string[];
  readonly now: Date;
}

function block(title: string, lines: readonly string[]): string {
  return `${title}\n${lines.join('\n')}\n`;
}

/** What could not be looked at, by whichever collector. */
function unreadLines(sections: Partial<Inventory>, problems: readonly string[]): string[] {
  const { pythons, variables, shotgrid, code } = sections;
  const collected = [pythons, variables, shotgrid, code].flatMap((section) => section?.problems ?? []);
  const lines = collected.map(({ path, reason }) => (reason.includes(path) ? reason : `${path}: ${reason}`));
  return [...problems, ...lines];
}

/** Code is read only where the owner of the host names it: of none there is nothing to say. */
function codeBlocks(section: CodeSection): string[] {
  if (section.files === 0) return [];
  const lines = [...renderFindings(section, (path) => path), summary(section)];
  return [
    block(
      'Code that decides itself',
      lines.map((line) => `  ${line}`),
    ),
  ];
}

/** The report of a scan for people; sections that were not read are left out. */
export function renderReport(sections: Partial<Inventory>, context: ReportContext): string {
  const blocks: string[] = [];
  if (sections.system) blocks.push(block('System', renderSystem(sections.system)));
  if (sections.trustStores)
    blocks.push(block('Trust stores', renderTrustStores(sections.trustStores, context)));
  if (sections.pythons) blocks.push(block('Python environments', renderPythons(sections.pythons)));
  if (sections.bundles)
    blocks.push(
      block('Bundles (PEM files of CA certificates that programs load)', renderBundles(sections.bundles)),
    );
  if (sections.variables) blocks.push(block('Variables', renderVariables(sections.variables)));
  if (sections.shotgrid) blocks.push(block('shotgun_api3 and Toolkit', renderShotgrid(sections.shotgrid)));
  if (sections.code) blocks.push(...codeBlocks(sections.code));
  const unread = unreadLines(sections, context.problems);
  if (unread.length > 0)
    blocks.push(
      block(
        'Could not be looked at',
        unread.map((line) => `  ${plain(line)}`),
      ),
    );
  return blocks.join('\n');
}
