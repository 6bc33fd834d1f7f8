import { isAbsolute } from 'node:path';

/**
 * A proxy or an index may be written without a scheme (`ana:pass@proxy:3128`), and a password may hold anything: what holds an `@` and is no
 * path is taken for one with a password.
 */
const mayHoldPassword = (value: string): boolean => value.includes('@') && !isAbsolute(value);

/** Those of the variables that may be handed to a process of another account, which can read its own environment. */
export function withoutPasswords(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined || mayHoldPassword(value) ? [] : [[name, value]];
    }),
  );
}
