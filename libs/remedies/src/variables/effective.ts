import { variableContexts } from '@trustfleet/diagnosis';
import type { HostFacts } from '@trustfleet/policy';
import type { VariableContext } from './context.ts';
import type { Subject } from './place.ts';

/** What a new program of that scope gets, and the file that decides it; null for nothing. Who reads what last is told in libs/diagnosis alone. */
export function effectiveIn(
  { variables = { variables: [] } }: HostFacts,
  { name, owner = '', scope }: Subject,
  platform: VariableContext['platform'],
): { readonly value: string; readonly definedIn: string } | null {
  const contexts = variableContexts({ platform, sections: { variables } });
  const own = contexts.find(({ accounts, services = [] }) => {
    if (scope === 'machine') return accounts.length === 0 && services.length === 0;
    return (scope === 'user' ? accounts : services).includes(owner);
  });
  // Whoever gets exactly the machine's is named in none.
  return (own ?? contexts[0])?.values.get(name) ?? null;
}
