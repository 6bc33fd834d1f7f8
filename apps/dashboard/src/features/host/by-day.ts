export interface Day<T> {
  readonly name: string;
  readonly entries: readonly T[];
}

/** Entries in their order, those of one day together; `nameOf` says an instant's day in the reader's words and time zone. */
export function byDay<T extends { readonly at: string }>(
  entries: readonly T[],
  nameOf: (at: string) => string,
): readonly Day<T>[] {
  const days = new Map<string, T[]>();
  for (const entry of entries) {
    const name = nameOf(entry.at);
    const day = days.get(name);
    if (day === undefined) days.set(name, [entry]);
    else day.push(entry);
  }
  return [...days].map(([name, ofDay]) => ({ name, entries: ofDay }));
}
