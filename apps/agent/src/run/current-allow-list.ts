import { readAllowList, type AllowList } from '@trustfleet/repair';
import { createAllowListSource } from '../allow-list-source.ts';

/** The allow-list: what it says now, and what it said when it was last looked at. */
export interface CurrentAllowList {
  current(): AllowList;
  /** Reads the file anew. */
  read(): Promise<AllowList>;
  /** True when it says something else than before. */
  refresh(): Promise<boolean>;
}

const meaning = (list: AllowList): string => JSON.stringify([list.state, list.permits, list.digest]);

export async function openAllowList(path: string): Promise<CurrentAllowList> {
  const source = await createAllowListSource();
  let current = await readAllowList(source, path);
  return {
    current: () => current,
    read: () => readAllowList(source, path),
    async refresh() {
      const next = await readAllowList(source, path);
      const changed = meaning(next) !== meaning(current);
      current = next;
      return changed;
    },
  };
}
