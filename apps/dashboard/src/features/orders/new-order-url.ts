import { createParameterOrder, orderRemedy } from '@trustfleet/api';
import {
  createLoader,
  type inferParserType,
  parseAsArrayOf,
  parseAsBoolean,
  parseAsJson,
  parseAsString,
  parseAsStringLiteral,
} from 'nuqs/server';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const SHA256 = /^[0-9a-f]{64}$/;

/** The draft of an order stands in its address, but for a pasted certificate. */
export const newOrderUrl = {
  remedy: parseAsStringLiteral(orderRemedy.options).withDefault('trustStore.addAnchor'),
  /** Id of a store; the operating system's own without it. */
  store: parseAsString,
  anchor: parseAsString,
  hosts: parseAsArrayOf(parseAsString).withDefault([]),
  plan: parseAsString,
  /** Of a remedy that is ordered by its parameters. */
  parameters: parseAsJson(createParameterOrder.shape.parameters),
  /** They are only a proposal: the form is open. */
  changing: parseAsBoolean,
};
export const loadNewOrder = createLoader(newOrderUrl);

/** Only what can be an id or a fingerprint, each host once. */
export function cleanDraft({
  remedy,
  store,
  anchor,
  hosts,
  plan,
  parameters,
  changing,
}: inferParserType<typeof newOrderUrl>) {
  return {
    remedy,
    store: store === null || store === '' ? null : store.slice(0, 512),
    anchor: anchor !== null && SHA256.test(anchor) ? anchor : null,
    hostIds: [...new Set(hosts.filter((id) => UUID.test(id)))],
    plan: plan !== null && UUID.test(plan) ? plan : null,
    parameters,
    changing: changing === true,
  };
}
