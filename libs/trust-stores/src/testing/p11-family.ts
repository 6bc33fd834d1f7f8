import { chmodSync, mkdirSync } from 'node:fs';
import { createTrustStores, type StoreHandle } from '../index.ts';
import type { TrustStorePorts } from '../ports.ts';
import { makeTestHost, type TestHost } from './host.ts';
import { makeP11Lab, type P11Lab } from './p11-lab.ts';
import { rootedPorts } from './rooted-ports.ts';

/** A tree of one family with the real p11-kit behind its tool. */
export interface P11TestFamily {
  readonly host: TestHost;
  readonly lab: P11Lab;
  readonly ports: TrustStorePorts;
  readonly store: StoreHandle;
}

export interface P11TestSystem {
  readonly osRelease: string;
  /** Administrator's, then vendor's. */
  readonly sources: readonly [string, string];
  /** Directories that the system's package makes. */
  readonly directories: readonly string[];
  readonly tool: string;
  /**
   * A script of the tests in place of the system's tool: it makes the same `trust extract` calls as the system's own, with $ROOT before the
   * paths. The real `trust` runs them.
   */
  readonly script: string;
}

export async function makeP11Family(system: P11TestSystem): Promise<P11TestFamily> {
  const host = makeTestHost(system.osRelease);
  const sources = system.sources.map((path) => host.at(path));
  for (const path of [...system.sources, `${system.sources[0]}/anchors`, `${system.sources[0]}/blocklist`])
    mkdirSync(host.at(path), { recursive: true });
  for (const path of system.directories) mkdirSync(host.at(path), { recursive: true });
  host.put(system.tool, system.script);
  chmodSync(host.at(system.tool), 0o755);
  const lab = makeP11Lab(host.root, sources);
  const ports = rootedPorts(host, {
    [system.tool]: ({ argv }) =>
      lab.within(['/usr/bin/env', `ROOT=${host.root}`, host.at(system.tool), ...argv.slice(1)]),
  });
  const [store] = await createTrustStores(ports).list();
  if (store === undefined) throw new Error('the family was not found');
  return { host, lab, ports, store };
}
