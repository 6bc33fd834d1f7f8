import { puppetText } from './quoting.ts';
import type { VariableWanted } from './types.ts';

/** A resource for puppetlabs-stdlib's `file_line`. */
export function puppetResource({ name, scope, source, value }: VariableWanted): string {
  const service = scope === 'service';
  const line = service ? `Environment="${name}=${value ?? ''}"` : `${name}=${value ?? ''}`;
  const match = service ? `^\\s*Environment\\s*=\\s*["']?${name}=` : `^\\s*(export\\s+)?${name}=`;
  const rest =
    value === null
      ? ['  ensure            => absent,', '  match_for_absence => true,']
      : ['  ensure => present,', `  line   => ${puppetText(line)},`];
  return [
    `file_line { ${puppetText(`${name} in ${source}`)}:`,
    `  path => ${puppetText(source)},`,
    `  match => ${puppetText(match)},`,
    ...rest,
    '}',
    '',
  ].join('\n');
}
