import type { Consumer } from '@trustfleet/diagnosis';
import { createHost, type Host } from '@trustfleet/host';
import type { ConfiguredEndpoint, Inventory, VerdictsSection } from '@trustfleet/protocol';
import { NOTHING_KNOWN } from '../earlier-facts.ts';
import type { Environment } from '../environment.ts';
import { readSections } from '../inventory.ts';
import { concerns, launchedVariables } from './launchers.ts';
import { launchersInCode } from './launchers-in-code.ts';
import { NO_ENDPOINTS } from '../judge/endpoint-facts.ts';
import { judgeNow } from '../judge/judge-now.ts';

export interface ExamineOptions {
  readonly endpoints: readonly ConfiguredEndpoint[];
  /** Judge the shell that this runs in, with its rights, in place of what new programs of the machine and its people get. */
  readonly here: boolean;
  /** Do not start any Python. */
  readonly probe: boolean;
  readonly search: readonly string[];
  readonly root: string;
  readonly scanSettings: string;
  readonly env: Environment;
  readonly onProgress: (sentence: string) => void;
}

export interface Examination {
  readonly platform: Host['platform'];
  readonly sections: Partial<Inventory>;
  readonly verdicts: VerdictsSection;
  /** Who verifies, by the id of the trust source. */
  readonly consumers: ReadonlyMap<string, Consumer>;
  readonly problems: readonly string[];
  /** Variables that launchers set, one sentence each. */
  readonly launchers: readonly string[];
}

const READ = ['variables', 'pythons', 'trustStores', 'shotgrid', 'code', 'bundles'] as const;

/** Looks at this machine and at the endpoints once, and judges every program against each. Changes nothing, and needs no server. */
export async function examine(options: ExamineOptions): Promise<Examination> {
  const { endpoints, here, root, scanSettings, env, onProgress } = options;
  const host: Host = here ? { ...createHost(), canActAs: false } : createHost();
  const { ROOT_CATALOGUE: catalogue } = await import('@trustfleet/certificates/catalogue');
  const launched = here ? await launchedVariables(host, env) : [];
  onProgress('Looking for Python environments, copies of shotgun_api3, bundles and stores …');
  const read = await readSections(
    {
      ...{ host, root, scanSettings, processEnv: env, name: null, endpoints: NO_ENDPOINTS },
      search: options.search,
      ...(here ? { shell: { env, launched } } : {}),
    },
    { names: READ, facts: NOTHING_KNOWN },
  );
  const all = [...read.readings];
  const sections = Object.fromEntries(
    all.flatMap(([name, { section }]) => (section === null ? [] : [[name, section]])),
  ) as Partial<Inventory>;
  if (endpoints.length > 0) onProgress(`Looking at ${endpoints.map(({ name }) => name).join(', ')} …`);
  const judged = await judgeNow({
    ...{ host, catalogue, sections, endpoints, onProgress },
    collect: { root, processEnv: env },
    certificates: new Map(all.flatMap(([, { certificates }]) => [...certificates])),
    probe: options.probe,
    relevant: ({ consumer: { python, context } }) =>
      concerns(launched, { accounts: context.accounts, product: python?.product ?? null }),
    asCaller: here,
    wallClock: new Date(),
  });
  return {
    sections: { ...sections, endpoints: judged.endpoints },
    verdicts: judged.verdicts,
    platform: host.platform,
    consumers: new Map(judged.resolved.map(({ source, consumer }) => [source.id, consumer])),
    problems: all.flatMap(([, { problems }]) => problems),
    launchers: [
      ...launched.map(({ file, name, value, product }) => `${file} sets ${name} to ${value} for ${product}`),
      ...(here ? await launchersInCode({ host, env, catalogue, sections }) : []),
    ],
  };
}
