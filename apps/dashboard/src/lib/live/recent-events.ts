/** A page takes no longer than this from its reads on the server to its place in the browser (src/lib/data/transport.ts). */
const WINDOW_MS = 15_000;

type Key = readonly unknown[];

const begins = (prefix: Key, key: Key): boolean => prefix.every((part, index) => part === key[index]);

/**
 * What events made stale a moment ago. A page that was rendered before an event and arrives after it would show what
 * is over until the next one: nothing of it was there to be fetched again.
 */
export function createRecentEvents(now: () => number) {
  let noted: { readonly key: Key; readonly at: number }[] = [];
  return {
    note(keys: readonly Key[]): void {
      const at = now();
      noted = [...noted.filter((item) => at - item.at < WINDOW_MS), ...keys.map((key) => ({ key, at }))];
    },
    /** An event of late was about this query. */
    concern: (queryKey: Key): boolean =>
      noted.some(({ key, at }) => now() - at < WINDOW_MS && begins(key, queryKey)),
  };
}
