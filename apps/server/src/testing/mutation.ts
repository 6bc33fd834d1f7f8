import type { Answer } from './test-server.ts';

/** One changing route of the API: what it leaves in the audit when it is taken, and when it is refused. */
export interface Case {
  /** Made beforehand, so that its own rows do not count. */
  readonly given?: () => Promise<unknown>;
  readonly success: (given: never) => Promise<Answer>;
  readonly writes: readonly string[];
  readonly refusal: (given: never) => Promise<Answer>;
  readonly refusalWrites?: readonly string[];
}

/** `success` runs first, `refusal` after it with the same thing: twice is often refused. */
export function mutation<T>(one: {
  readonly given?: () => Promise<T>;
  readonly success: (given: T) => Promise<Answer>;
  readonly writes: readonly string[];
  readonly refusal: (given: T) => Promise<Answer>;
  readonly refusalWrites?: readonly string[];
}): Case {
  return one;
}
