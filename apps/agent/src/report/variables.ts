import type { VariablesSection } from '@trustfleet/protocol';
import { columns, plain } from '@trustfleet/terminal';

/** Variables that move trust, and what sets them. */
export function renderVariables(section: VariablesSection): string[] {
  if (section.variables.length === 0) return ['  none of the CA variables is set'];
  const rows = section.variables.map((variable) => [
    variable.name,
    variable.value,
    `${variable.scope}${variable.owner === null ? '' : ` ${variable.owner}`}`,
    variable.source === 'process' ? 'this process' : variable.source,
  ]);
  return columns([['NAME', 'VALUE', 'SCOPE', 'SET BY'], ...rows.map((row) => row.map(plain))]);
}
