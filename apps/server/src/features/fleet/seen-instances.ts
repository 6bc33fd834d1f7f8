import type { SeenInstances } from '@trustfleet/database';

const REMEMBERED = 8;

/** So many returns mean two machines: one may be a machine that was set back to an earlier moment while its agent ran. */
const RETURNS_OF_A_CLONE = 2;

/**
 * What is known after a run of the agent (`hello.instance`) said hello, pure. A run that was here last is no news (the network flapped); a new
 * one is a restart or a reboot; one that comes back after another runs beside it, which one machine's agent never does.
 */
export function withInstance(seen: SeenInstances, instance: string): SeenInstances {
  const { instances, returns } = seen;
  if (instances.at(-1) === instance) return seen;
  const others = instances.filter((other) => other !== instance);
  return {
    instances: [...others, instance].slice(-REMEMBERED),
    returns: others.length < instances.length ? returns + 1 : returns,
  };
}

/** Whether two machines hold one key. */
export function isCloned({ returns }: SeenInstances): boolean {
  return returns >= RETURNS_OF_A_CLONE;
}
