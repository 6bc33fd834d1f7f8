import type { VerdictChange } from '@trustfleet/protocol';

const MOST_NAMED = 3;

function lineOf({ client, python, accounts, address, error, cause }: VerdictChange): string {
  const where = python === null ? '' : ` of ${python}`;
  const whose = accounts.length === 0 ? '' : ` for ${accounts.slice(0, MOST_NAMED).join(', ')}`;
  const why = error ?? cause;
  return `${client}${where}${whose} with ${address}${why === null ? '' : ` (${why})`}`;
}

/** Names the first few, and how many more there are. One sentence. */
export function changeWords(changes: readonly VerdictChange[]): string {
  const named = changes.slice(0, MOST_NAMED).map(lineOf).join('; ');
  const more = changes.length - MOST_NAMED;
  return more > 0 ? `${named}; and ${more} more.` : `${named}.`;
}
