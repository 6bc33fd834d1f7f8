/**
 * What code says for its own calls of one client, in the place of the settings (decision 0011). The same said in several places is one of
 * these.
 */
export interface CodeTrust {
  /** The first place that says it. */
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  /** How many lines say it. */
  readonly places: number;
  /** Argument, attribute or name that is set, e.g. `verify`. */
  readonly argument: string;
  /** `call` beats every setting; `session` is `Session.verify`, which the variables beat (python-tls.md §4). */
  readonly place: 'call' | 'session';
  /** The file that it trusts; null where it switches verification off. */
  readonly target: string | null;
}

/** Where it stands, as a step says who set it. */
export function whereOf({ path, line }: Pick<CodeTrust, 'path' | 'line'>): string {
  return `${path}:${line}`;
}
