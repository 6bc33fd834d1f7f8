/** Id of the store that a path is. */
export function bundleId(path: string): string {
  return `bundle:${path}`;
}
