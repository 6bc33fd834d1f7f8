import approved from './approved.json' with { type: 'json' };
import observe from './observe.json' with { type: 'json' };
import publicRoots from './public-roots.json' with { type: 'json' };

/**
 * The allow-lists that come with the agent. `observe` permits nothing. `public-roots`: roots of the public list, the union bundle made of
 * them, and the variables. `approved`: every remedy, for the anchors, places and versions that the owner writes into it.
 */
const SHIPPED: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['observe', observe],
  ['public-roots', publicRoots],
  ['approved', approved],
]);

export const SHIPPED_ALLOW_LISTS = [...SHIPPED.keys()];

/** The bytes of the list of that name; null for any other. */
export function shippedAllowList(name: string): Uint8Array | null {
  const content = SHIPPED.get(name);
  return content === undefined ? null : Buffer.from(`${JSON.stringify(content, null, 2)}\n`);
}
