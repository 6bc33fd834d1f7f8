import { createLoader, type inferParserType, parseAsArrayOf, parseAsString } from 'nuqs/server';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const SHA256 = /^[0-9a-f]{64}$/;

/** The draft of an order stands in its address, but for a pasted certificate. */
export const newOrderUrl = {
  anchor: parseAsString,
  hosts: parseAsArrayOf(parseAsString).withDefault([]),
  plan: parseAsString,
};
export const loadNewOrder = createLoader(newOrderUrl);

/** Only what can be an id or a fingerprint, each host once. */
export function cleanDraft({ anchor, hosts, plan }: inferParserType<typeof newOrderUrl>) {
  return {
    anchor: anchor !== null && SHA256.test(anchor) ? anchor : null,
    hostIds: [...new Set(hosts.filter((id) => UUID.test(id)))],
    plan: plan !== null && UUID.test(plan) ? plan : null,
  };
}
