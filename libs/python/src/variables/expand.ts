/** Value of a variable by its name in lower case; undefined where there is none. */
export type Lookup = (name: string) => string | undefined;

/**
 * `%NAME%` as Windows replaces it in a text of the kind REG_EXPAND_SZ (ExpandEnvironmentStrings): once, names without case, what is not
 * known stays as it stands.
 */
export function expandPercent(text: string, lookup: Lookup): string {
  return text.replace(/%([^%]+)%/g, (whole, name: string) => lookup(name.toLowerCase()) ?? whole);
}
