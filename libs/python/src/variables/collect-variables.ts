import type { CollectorProblem } from '@trustfleet/protocol';
import type { PythonPorts } from '../ports.ts';
import { inOrder } from '../options/in-order.ts';
import { readOptionFile, type OptionFile } from '../options/option-file.ts';
import { machineOptionFiles } from '../options/option-places.ts';
import { variableOptions } from '../options/variable-options.ts';
import { compare, createScan, inOrder as problemsInOrder, MAX_PROBLEMS, type Scan } from '../scan.ts';
import type { CollectedOption, CollectOptions, VariablesResult } from '../types.ts';
import { keptName } from './assignments.ts';
import { caVariablesOf, settingsOf, type FoundVariable } from './found-variable.ts';
import { keptValue } from './mask.ts';
import { machineSources, serviceSources, userSources, type VariableSource } from './sources.ts';
import { windowsVariables } from './windows-variables.ts';

const MAX_PROFILE_BYTES = 256 * 1024;
const MAX_VARIABLES = 1000;
const MAX_PEOPLE = 100;
const AGENT = 'trustfleet-agent';

/**
 * CA variables and trust settings of machine, users and this service, parsed statically; values of other variables are never kept. What
 * launchers of farms and of single programs set for theirs is not among them (failures.md §7.5). Never throws for what it
 * finds.
 */
export async function collectVariables(
  ports: PythonPorts,
  options: CollectOptions,
): Promise<VariablesResult> {
  const scan = await createScan(ports, options);
  if (ports.platform === 'windows') return await ofWindows(scan, options);
  const people = scan.accounts.filter((account) => account.person);
  if (people.length > MAX_PEOPLE)
    scan.note('/etc/passwd', `Only the first ${MAX_PEOPLE} of ${people.length} people were looked at`);
  const sources = [await machineSources(scan), await serviceSources(scan)];
  for (const account of people.slice(0, MAX_PEOPLE)) sources.push(await userSources(scan, account));
  const found = ownVariables(options);
  const files = sources.flatMap((source) => source.files);
  for (const source of files) found.push(...(await readSource(scan, source)));
  const optionFiles = sources.flatMap((source) => source.options);
  const collected = [...(await optionsOf(scan, optionFiles)), ...(await variableOptions(scan, found))];
  const watch = [
    ...[...files, ...optionFiles].map((file) => file.path),
    ...sources.flatMap((source) => source.directories),
  ];
  return resultOf({ found, options: collected, problems: scan.problems, watch });
}

/** Of people only what the registry says: nothing of theirs is opened with another one's rights there. */
async function ofWindows(scan: Scan, options: CollectOptions): Promise<VariablesResult> {
  const { found, problems } = await windowsVariables(scan.ports.registry, options);
  const files = machineOptionFiles(scan.root, 'windows');
  const there = await scan.ports.identify(files.map(({ path }) => path));
  const collected = await optionsOf(
    scan,
    files.filter((_, at) => there[at] !== null),
  );
  return resultOf({
    found: [...ownVariables(options), ...found],
    options: collected.map(({ option, ...rest }) => ({
      ...rest,
      option: { ...option, definedIn: option.definedIn.replaceAll('/', '\\') },
    })),
    problems: [...problems, ...scan.problems],
    watch: [],
  });
}

async function optionsOf(scan: Scan, files: readonly OptionFile[]): Promise<CollectedOption[]> {
  const found: CollectedOption[] = [];
  for (const file of files) found.push(...(await readOptionFile(scan, file)));
  return found;
}

function resultOf({
  found,
  options,
  problems,
  watch,
}: {
  readonly found: readonly FoundVariable[];
  readonly options: readonly CollectedOption[];
  readonly problems: readonly CollectorProblem[];
  readonly watch: readonly string[];
}): VariablesResult {
  const sorted = found.toSorted((a, b) => compare(orderOf(a.variable), orderOf(b.variable)));
  const variables = caVariablesOf(sorted);
  const settings = settingsOf(sorted);
  const left = [
    { what: 'variables', count: variables.length },
    { what: 'settings', count: settings.length },
  ].flatMap(({ what, count }) =>
    count > MAX_VARIABLES
      ? [{ path: '/', reason: `Only the first ${MAX_VARIABLES} of ${count} ${what} are shown` }]
      : [],
  );
  const kept = variables.slice(0, MAX_VARIABLES);
  const counting = inOrder(options);
  return {
    section: {
      variables: kept.map(({ variable }) => variable),
      settings: settings.slice(0, MAX_VARIABLES),
      ...(counting.length === 0 ? {} : { options: counting.map(({ option }) => option) }),
      problems: problemsInOrder([...problems, ...left]).slice(0, MAX_PROBLEMS),
    },
    variables: kept,
    options: counting,
    watch: [...new Set(watch)].toSorted(),
  };
}

async function readSource(scan: Scan, source: VariableSource): Promise<FoundVariable[]> {
  const read = await scan.read(source.path, { reader: source.reader, maxBytes: MAX_PROFILE_BYTES });
  if (read.state !== 'read') {
    if (read.state !== 'missing') scan.note(source.path, read.detail);
    return [];
  }
  const assignments = source.parse(Buffer.from(read.bytes).toString('utf8'), source.home);
  return assignments.map(({ name, value }) => ({
    variable: { name, value, scope: source.scope, owner: source.owner, source: source.path },
    readAs: source.reader,
  }));
}

/** What this process itself would use. */
function ownVariables(options: CollectOptions): FoundVariable[] {
  return Object.entries(options.processEnv).flatMap(([written, value]) => {
    const name = keptName(written);
    if (name === null || value === undefined) return [];
    const own = { scope: 'service' as const, owner: AGENT, source: 'process' };
    return [{ variable: { name, value: keptValue(name, value), ...own }, readAs: null }];
  });
}

function orderOf(variable: FoundVariable['variable']): string {
  return [variable.name, variable.scope, variable.owner ?? '', variable.source, variable.value].join('\0');
}
