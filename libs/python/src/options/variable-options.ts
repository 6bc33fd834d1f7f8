import type { FoundVariable } from '../variables/found-variable.ts';
import type { Scan } from '../scan.ts';
import type { CollectedOption } from '../types.ts';
import { readOptionFile } from './option-file.ts';

const MAX_FILES = 50;

/** Options of the files that PIP_CONFIG_FILE names, with the rights of whoever names them; they count where the variable does. */
export async function variableOptions(
  scan: Scan,
  found: readonly FoundVariable[],
): Promise<CollectedOption[]> {
  const named = found.filter(
    ({ variable: { name, value } }) => name === 'PIP_CONFIG_FILE' && /^\/(?!dev\/)/.test(value),
  );
  const options: CollectedOption[] = [];
  const seen = new Set<string>();
  for (const { variable, readAs } of named.slice(0, MAX_FILES)) {
    const account = variable.scope === 'user' ? variable.owner : null;
    const key = `${variable.value}\0${account ?? ''}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const of = { client: 'pip', scope: 'variable', python: null, home: null } as const;
    options.push(...(await readOptionFile(scan, { ...of, path: variable.value, reader: readAs, account })));
  }
  return options;
}
