import type { CaVariable, ClientOption, TrustSetting } from '@trustfleet/protocol';
import type { VariableContext } from '../facts.ts';
import type { VariableContexts } from '../trust-sources/types.ts';

type Variable = CaVariable | TrustSetting;
type Values = VariableContext['values'];

/** What the agent itself was started with. It decides for no other program (failures.md §7.5). */
const OWN_PROCESS = 'process';

/**
 * failures.md §7.5. A user's variables overlay the machine's. A service gets the machine's on Windows alone; systemd and launchd give a
 * service nothing but its own. The agent's own process is left out: to judge the shell that one stands in, give its variables the scope `machine`.
 */
export const variableContexts: VariableContexts = ({ platform, sections }) => {
  const all = [...sections.variables.variables, ...(sections.variables.settings ?? [])].filter(
    ({ source }) => source !== OWN_PROCESS,
  );
  const machine = valuesOf(all.filter(({ scope }) => scope === 'machine'));
  const forServices: Values = platform === 'windows' ? machine : new Map();
  const options = byAccount(sections.variables.options ?? []);
  const contexts = new Map<string, Draft>([
    [keyOf(machine), { accounts: [], services: [], values: machine }],
  ]);
  const users = new Map(byOwner(all.filter(({ scope }) => scope === 'user')));
  for (const owner of [...new Set([...users.keys(), ...options.keys()])].toSorted(byName)) {
    const values = new Map([...machine, ...(users.get(owner) ?? [])]);
    draftOf(contexts, values, options.get(owner)).accounts.push(owner);
  }
  for (const [owner, own] of byOwner(all.filter(({ scope }) => scope === 'service')))
    draftOf(contexts, new Map([...forServices, ...own])).services.push(owner);
  // The machine's stands for everybody who has nothing else, so that it names nobody.
  return [...contexts.values()].map(({ options: mine, ...draft }, at) => {
    if (at === 0) return { values: machine, accounts: [], services: [] };
    const alone = mine !== undefined && keyOf(draft.values) === keyOf(machine);
    return alone
      ? { ...draft, clients: [...new Set(mine.map(({ client }) => client))].toSorted(byName) }
      : draft;
  });
};

interface Draft {
  readonly accounts: string[];
  readonly services: string[];
  readonly values: Values;
  /** Of configuration files of these accounts; undefined where they have none. */
  readonly options?: readonly ClientOption[] | undefined;
}

function draftOf(contexts: Map<string, Draft>, values: Values, options?: readonly ClientOption[]): Draft {
  const key = options === undefined ? keyOf(values) : `${keyOf(values)} ${saidBy(options)}`;
  const known = contexts.get(key);
  if (known !== undefined) return known;
  const made: Draft = { accounts: [], services: [], values, options };
  contexts.set(key, made);
  return made;
}

function keyOf(values: Values): string {
  return JSON.stringify([...values].map(([name, { value }]) => [name, value]).toSorted(byFirst));
}

/** Equal for two accounts whose files say the same. */
function saidBy(options: readonly ClientOption[]): string {
  return JSON.stringify(options.map(({ client, name, value }) => [client, name, value]).toSorted(byFirst));
}

function byAccount(options: readonly ClientOption[]): Map<string, ClientOption[]> {
  const accounts = new Map<string, ClientOption[]>();
  for (const option of options) {
    if (option.account === null) continue;
    accounts.set(option.account, [...(accounts.get(option.account) ?? []), option]);
  }
  return accounts;
}

function byName(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function byFirst([a = '']: readonly string[], [b = '']: readonly string[]): number {
  return a < b ? -1 : Number(a > b);
}

function byOwner(variables: readonly Variable[]): [string, Values][] {
  const owners = new Map<string, Variable[]>();
  for (const variable of variables) {
    const owner = variable.owner ?? '';
    owners.set(owner, [...(owners.get(owner) ?? []), variable]);
  }
  return [...owners].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([owner, own]) => [owner, valuesOf(own)]);
}

/** Of several sources of one name the one that a session reads last wins. */
function valuesOf(variables: readonly Variable[]): Values {
  const last = variables.toSorted((a, b) => rankOf(a.source) - rankOf(b.source));
  return new Map(last.map(({ name, value, source }) => [name, { value, definedIn: source }]));
}

/** pam_env reads its own file, then /etc/environment, then the user's; a session's environment.d, then the profiles, come after it. */
const READ_IN_ORDER = [
  /\/pam_env\.conf$/,
  /\/etc\/environment$/,
  /\/\.pam_environment$/,
  /\/environment\.d\/[^/]*$/,
  /\/etc\/profile$/,
  /\/profile\.d\/[^/]*$/,
  /\/\.zshenv$/,
  /\/\.profile$/,
  /\/\.bash_profile$/,
  /\/\.bashrc$/,
];

function rankOf(source: string): number {
  const rank = READ_IN_ORDER.findIndex((pattern) => pattern.test(source));
  return rank === -1 ? READ_IN_ORDER.length : rank;
}
