import type { Host } from '@trustfleet/host';
import type { HostFacts } from '@trustfleet/policy';
import type { KnownSectionName } from '@trustfleet/protocol';
import {
  createCodeReport,
  createReplaceApi,
  createUpgradeCore,
  createUpgradePackage,
  type AskedWork,
  type RemedyExecutor,
} from '@trustfleet/repair';
import { createApiCopyAccess } from './api-copy-access.ts';
import { createCodeAccess } from './code-access.ts';
import { NOTHING_KNOWN } from './earlier-facts.ts';
import type { Environment } from './environment.ts';
import { NO_ENDPOINTS } from './judge/endpoint-facts.ts';
import { createPythonPackageAccess } from './python-package-access.ts';
import { selfCommand } from './self-command.ts';
import { createToolkitCoreAccess } from './toolkit-core-access.ts';

export interface CodeRemediesOptions {
  /** Programs of it end with the agent. */
  readonly host: Host;
  readonly root: string;
  /** Where `scan.json` lies; null: only known places are looked at. */
  readonly scanSettings: string | null;
  readonly env: Environment;
  /** Whether the host's allow-list names it keeper of that path. */
  readonly isKeeper: (path: string) => Promise<boolean>;
  /** Why the allow-list does not permit that work; null when it does. */
  readonly forbidden: (work: AskedWork) => Promise<string | null>;
}

/** What a change of code goes by, read now. A scan of its own: what an earlier one found may be gone. */
async function readFacts(
  { host, root, scanSettings, env }: CodeRemediesOptions,
  names: readonly KnownSectionName[],
): Promise<HostFacts> {
  const { readSections } = await import('./inventory.ts');
  const { readings } = await readSections(
    {
      ...{ host, root, scanSettings, processEnv: env, name: null },
      endpoints: NO_ENDPOINTS,
    },
    { names, facts: NOTHING_KNOWN },
  );
  return Object.fromEntries(
    [...readings].flatMap(([name, { section }]) => (section === null ? [] : [[name, section]])),
  );
}

/** Remedies that put code on this machine. */
export function openCodeRemedies(options: CodeRemediesOptions): RemedyExecutor[] {
  const { host, root, env, isKeeper, forbidden } = options;
  const parts = {
    ...{ host, root, env, isKeeper },
    facts: () => readFacts(options, ['pythons', 'shotgrid', 'bundles']),
    command: [...selfCommand(), 'tree-work'] as const,
  };
  return [
    createUpgradePackage(createPythonPackageAccess(parts)),
    createReplaceApi(createApiCopyAccess(parts)),
    createUpgradeCore(createToolkitCoreAccess({ ...parts, forbidden })),
    createCodeReport(createCodeAccess(() => readFacts(options, ['code']))),
  ];
}
