import type { Scan } from '../access/scan.ts';
import type { Reader } from '../access/rights.ts';

/** What an account's programs would find in a path that a setting states. */
export interface Surroundings {
  readonly home: string | null;
  lookup(name: string): string | undefined;
}

const HOME_NAMES = new Set(['HOME', 'USERPROFILE', 'USER', 'LOGNAME', 'USERNAME', 'APPDATA', 'LOCALAPPDATA']);

/** `reader`: whose programs; null: those of the account that the agent runs as. */
export function surroundingsOf(scan: Scan, reader: Reader): Surroundings {
  const { processEnv, variables = [] } = scan.options;
  const uid = reader?.uid ?? scan.ports.uid;
  const person = scan.people.find(({ account }) => account.uid === uid)?.account;
  const own = processEnv['HOME'] ?? processEnv['USERPROFILE'] ?? null;
  const home = person?.home ?? (reader === null ? own : null);
  return {
    home,
    lookup(name) {
      if (name === 'HOME' || name === 'USERPROFILE') return home ?? undefined;
      const set = variables.filter((variable) => variable.name === name);
      const theirs =
        set.find(({ readAs }) => readAs?.uid === uid) ?? set.find(({ readAs }) => readAs === null);
      // What names the agent's own account says nothing of another one.
      return theirs?.value ?? (reader !== null && HOME_NAMES.has(name) ? undefined : processEnv[name]);
    },
  };
}

/** As os.path.expandvars and expanduser do it: once, and what is not known stays as it stands. */
export function expand(
  text: string,
  in_: { readonly surroundings: Surroundings; readonly platform: 'linux' | 'windows' | 'macos' },
): string {
  const { surroundings, platform } = in_;
  const known = (whole: string, name: string): string => surroundings.lookup(name) ?? whole;
  let path = text.replace(/\$(?:(\w+)|\{([^}]+)\})/g, (whole: string, bare?: string, braced?: string) =>
    known(whole, bare ?? braced ?? ''),
  );
  if (platform === 'windows') path = path.replace(/%([^%]+)%/g, known);
  return surroundings.home === null ? path : path.replace(/^~(?=$|[\\/])/, () => surroundings.home ?? '~');
}
