import { dirname, join } from 'node:path';
import type { Host } from '@trustfleet/host';
import type { HostFacts } from '@trustfleet/policy';
import type { ApiCopyAccess } from '@trustfleet/repair';
import { createTreeAccess, type TreeParts } from './tree-access.ts';

export interface ApiCopyParts extends TreeParts {
  readonly host: TreeParts['host'] & Pick<Host, 'identify'>;
  /** Sections of this host, read now. */
  readonly facts: () => Promise<HostFacts>;
  /** Whether the host's allow-list names it keeper of that path. */
  readonly isKeeper: (path: string) => Promise<boolean>;
}

/** `.git` is a directory, or a file in a worktree. */
async function checkoutOf({ host }: Pick<ApiCopyParts, 'host'>, path: string): Promise<string | null> {
  for (let at = path; ; at = dirname(at)) {
    const [found] = await host.identify([join(at, '.git')], { followLinks: false });
    if (found != null) return at;
    if (at === dirname(at)) return null;
  }
}

/** Connects `shotgunApi.replace` with this machine. */
export function createApiCopyAccess(parts: ApiCopyParts): ApiCopyAccess {
  return {
    ...createTreeAccess(parts),
    facts: parts.facts,
    isKeeper: parts.isKeeper,
    checkoutOf: (path) => checkoutOf(parts, path),
  };
}
