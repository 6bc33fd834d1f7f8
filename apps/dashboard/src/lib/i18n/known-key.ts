/** A name that somebody sent, as a key of this branch of the catalogue; null where it has none (`constructor` is none). */
export function knownKey<T extends object>(branch: T, name: string): (keyof T & string) | null {
  return Object.hasOwn(branch, name) ? (name as keyof T & string) : null;
}
