import type { TrustStorePorts } from './ports.ts';

/** security.md, "a local user": what others can change is not run as root. Null where it may be run. */
export function whyToolNotRun(
  tool: string,
  chain: Awaited<ReturnType<TrustStorePorts['inspectPath']>>,
): string | null {
  if (chain.writable !== null)
    return `${chain.writable} can be written by its group or by others, so ${tool} is not run: take those rights away`;
  // 65534: in a user namespace everything that real root owns shows as the overflow uid; a real `nobody` owns no system tool.
  const stranger = chain.owners.find((owner) => owner !== 65534);
  return stranger === undefined
    ? null
    : `${tool} can be changed by uid ${stranger}, so it is not run: give it back to root`;
}
