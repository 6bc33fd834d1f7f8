import { join } from 'node:path';
import type { RootCatalogue } from '@trustfleet/certificates';
import type { Host } from '@trustfleet/host';
import type { Inventory } from '@trustfleet/protocol';
import { collectCode } from '@trustfleet/python';
import type { Environment } from '../environment.ts';
import { codeFindingWords } from '../report/code-words.ts';

const MAX_ROOTS = 50;

/**
 * Variables, and whatever else about verification, that launchers written in Python decide: hooks of the Toolkit configurations that were
 * found, and the packages that rez resolved for this shell. One sentence each, with file and line.
 */
export async function launchersInCode({
  host,
  env,
  catalogue,
  sections,
}: {
  readonly host: Host;
  readonly env: Environment;
  readonly catalogue: RootCatalogue;
  readonly sections: Partial<Inventory>;
}): Promise<string[]> {
  const wanted = [...toolkitHooks(sections), ...rezPackages(env)].slice(0, MAX_ROOTS);
  const there = await host.identify(wanted);
  const roots = wanted.filter((_, index) => there[index] !== null);
  if (roots.length === 0) return [];
  const { section } = await collectCode(host, { roots, readNetwork: roots, catalogue });
  return section.findings.map((finding) => `${finding.path}:${finding.line}: ${codeFindingWords(finding)}`);
}

function toolkitHooks({ shotgrid }: Partial<Inventory>): string[] {
  return (shotgrid?.configurations ?? []).flatMap(({ path }) => [
    join(path, 'config', 'hooks'),
    join(path, 'hooks'),
  ]);
}

/** `REZ_MAYA_ROOT` and the like: a package's definition lies at its root, or one above its variant. */
function rezPackages(env: Environment): string[] {
  return Object.entries(env).flatMap(([name, root]) =>
    root !== undefined && /^REZ_[A-Z0-9_]+_ROOT$/.test(name)
      ? [join(root, 'package.py'), join(root, '..', 'package.py')]
      : [],
  );
}
