/**
 * What is run after a file was put into a driver's anchor directory, for the drivers whose stores this remedy can change (trust-stores.md
 * §6.1). Absolute, since /usr/sbin is often not on PATH (§6.7).
 */
export const ANCHOR_TOOLS: ReadonlyMap<string, readonly [string, ...string[]]> = new Map([
  ['debian', ['/usr/sbin/update-ca-certificates']],
]);
