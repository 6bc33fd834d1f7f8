import { shotgridSection } from '@trustfleet/protocol';
import { expect } from 'vitest';
import { createShotgridDiscovery } from '../discover-shotgrid.ts';
import type { ShotgridPorts } from '../ports.ts';
import type { DiscoverShotgridOptions, ShotgridResult } from '../types.ts';
import { realPorts, type TestHost } from './host.ts';

type Section = ShotgridResult['section'];

export interface Discovered {
  readonly result: ShotgridResult;
  /** By path below the test host's root. */
  readonly apis: Record<string, Section['apis'][number]>;
  readonly cores: Record<string, Section['cores'][number]>;
  readonly configurations: Record<string, Section['configurations'][number]>;
  /** `path: reason`, paths below the root. */
  readonly problems: string[];
}

/** One discovery on a test host; the section passes its schema, and is in order. */
export async function discoverOn(
  host: TestHost,
  more: Partial<DiscoverShotgridOptions> & { readonly ports?: ShotgridPorts } = {},
): Promise<Discovered> {
  const { ports = realPorts(), ...options } = more;
  const result = await createShotgridDiscovery(ports).discover({
    ...{ root: host.root, processEnv: {}, sites: [], search: [], readNetwork: [] },
    ...options,
  });
  return described(host, result);
}

export function described(host: TestHost, result: ShotgridResult): Discovered {
  const { section } = result;
  expect(shotgridSection.parse(section)).toEqual(section);
  const short = (path: string): string => path.replace(`${host.root}/`, '');
  const byPath = <T extends { readonly path: string }>(all: readonly T[]): Record<string, T> => {
    expect(all.map(({ path }) => path)).toEqual(all.map(({ path }) => path).toSorted());
    expect(new Set(all.map(({ path }) => path)).size).toBe(all.length);
    return Object.fromEntries(all.map((one) => [short(one.path), one]));
  };
  return {
    result,
    apis: byPath(section.apis),
    cores: byPath(section.cores),
    configurations: byPath(section.configurations),
    problems: section.problems.map(
      ({ path, reason }) => `${short(path)}: ${reason.replaceAll(`${host.root}/`, '')}`,
    ),
  };
}

/** The site directory `path` of the host, as a Python has it. */
export function site(host: TestHost, path: string): { readonly directory: string; readonly python: string } {
  return { directory: host.at(path), python: '/usr/bin/python3' };
}
