/** The agent's usual place (apps/agent, `--allow-list`). */
export const DEFAULT_ALLOW_LIST = '/etc/trustfleet/allow-list.json';

/** The sentences of libs/repair `notPermittedReason` that begin with the file that this agent reads. */
const NAMED =
  /^(?:This host only observes: |The allow-list )(\/.{1,1000}?) (?:does not exist\.|does not permit )/su;

/** The file that a host said it reads; null where it said none. */
export function allowListPath(detail: string | null): string | null {
  return NAMED.exec(detail ?? '')?.[1] ?? null;
}
