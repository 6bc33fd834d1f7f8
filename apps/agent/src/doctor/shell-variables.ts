import { userInfo } from 'node:os';
import { CA_VARIABLES, clip, TRUST_SETTINGS, type VariablesSection } from '@trustfleet/protocol';
import type { VariablesResult } from '@trustfleet/python';
import type { Environment } from '../environment.ts';
import type { LaunchedVariable } from './launchers.ts';

/** Where a variable of the shell is said to be set. */
export const SHELL = 'this shell';
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i;

/** The shell that somebody stands in, and what products would set for their own programs. */
export interface Shell {
  readonly env: Environment;
  readonly launched: readonly LaunchedVariable[];
}

/**
 * The variables that a program gets which is started here and now, in place of all that files of the machine and of people say: a shell
 * has read them already. They count as the machine's, so that they are judged as one set (libs/diagnosis, `variableContexts`).
 */
export function shellVariables(
  { env, launched }: Shell,
  options: VariablesResult['options'] = [],
): VariablesResult {
  const inShell = <Name extends string>(names: readonly Name[]): Set<Name> =>
    new Set(names.filter((name) => env[name] !== undefined));
  const of = <Name extends string>(name: Name) => ({
    name,
    scope: 'machine' as const,
    owner: null,
    value: clip((env[name] ?? '').replace(CREDENTIALS, '$1***@'), 4096),
    source: SHELL,
  });
  // A product stands where an account does: its variables overlay those of the shell.
  const launchedOf = <Name extends string>(names: readonly Name[]) =>
    launched.flatMap(({ name, value, product, file }) => {
      const known = names.find((one) => one === name);
      const scope = 'user' as const;
      return known === undefined ? [] : [{ name: known, scope, owner: product, value, source: file }];
    });
  const variables = [...[...inShell(CA_VARIABLES)].map(of), ...launchedOf(CA_VARIABLES)];
  const settings: VariablesSection['settings'] = [
    ...[...inShell(TRUST_SETTINGS)].map(of),
    ...launchedOf(TRUST_SETTINGS),
  ];
  const mine = ownOptions(options);
  return {
    section: {
      ...{ variables, settings, problems: [] },
      ...(mine.length === 0 ? {} : { options: mine.map(({ option }) => option) }),
    },
    variables: variables.map((variable) => ({ variable, readAs: null })),
    options: mine,
    watch: [],
  };
}

/** Of the machine and of whoever stands in this shell, for whom alone is judged. */
function ownOptions(options: VariablesResult['options']): VariablesResult['options'] {
  const me = userInfo().username;
  return options
    .filter(({ option: { account } }) => account === null || account === me)
    .map((one) => ({ ...one, option: { ...one.option, account: null } }));
}
