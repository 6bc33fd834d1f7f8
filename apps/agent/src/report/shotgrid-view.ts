import { eraOf, trustOrder } from '@trustfleet/diagnosis';
import type { ShotgridSection, ShotgunApi } from '@trustfleet/protocol';

/**
 * The section as `scan --only shotgrid --json` prints it: what every copy is, what era it is of, where it looks for its anchors. What a core's
 * upgrade laid aside is in use by nobody and raises no alarm (shotgrid.md §2.1, "Traps for a scanner").
 */
export function shotgridView(section: ShotgridSection): object {
  const apis = new Map(section.apis.map((api) => [api.path, api]));
  const laidAside = new Set(section.cores.filter(({ kind }) => kind === 'backup').map(({ path }) => path));
  return {
    apis: section.apis
      .filter(({ core }) => core === null || !laidAside.has(core))
      .map((api) => apiView(api, section)),
    cores: section.cores
      .filter(({ path }) => !laidAside.has(path))
      .map(({ path, version, apis: own }) => ({
        path,
        version,
        apis: own.map((api) => ({ path: api, version: apis.get(api)?.version ?? null })),
      })),
  };
}

/** A copy's era by its version, and by that of the core that vendors it (shotgrid.md §2.5). */
export function judgeApi(api: ShotgunApi, section: ShotgridSection): ReturnType<typeof eraOf> {
  return eraOf(api, section.cores.find(({ path }) => path === api.core) ?? null);
}

function apiView(api: ShotgunApi, section: ShotgridSection): object {
  const judged = judgeApi(api, section);
  const { crud, form, s3 } = trustOrder(judged, 3);
  return {
    path: api.path,
    version: api.version,
    era: judged.era,
    eraReason: judged.reason,
    bundles: api.bundles.map(({ path, sha256, certificates }) => ({ path, sha256, certificates })),
    trust: { crud, form, s3 },
  };
}
