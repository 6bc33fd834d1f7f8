import { trustOrder } from '@trustfleet/diagnosis';
import type { ShotgridSection, ShotgunApi, ToolkitCore } from '@trustfleet/protocol';
import { columns, plain } from '@trustfleet/terminal';
import { judgeApi } from './shotgrid-view.ts';

const order = (places: readonly string[] | null): string => places?.join(' > ') ?? '-';

function apiRow(api: ShotgunApi, section: ShotgridSection): string[] {
  const judged = judgeApi(api, section);
  const { crud, form, s3 } = trustOrder(judged, 3);
  const uses = [`calls: ${order(crud)}`, `forms: ${order(form)}`, `S3: ${order(s3)}`];
  return [
    api.inUse ? api.path : `${api.path} (not in use)`,
    api.version ?? '?',
    judged.era ?? '-',
    new Set([crud, form, s3].map(order)).size === 1 ? `all: ${order(crud)}` : uses.join('; '),
  ];
}

const coreRow = (core: ToolkitCore): string[] => [
  core.inUse ? core.path : `${core.path} (not in use)`,
  core.version ?? '?',
  core.kind,
  core.usedBy.length === 0 ? '-' : core.usedBy.join(', '),
];

/** Copies of the API with where each looks for its anchors, cores, configurations. */
export function renderShotgrid(section: ShotgridSection): string[] {
  const { apis, cores, configurations } = section;
  if (apis.length + cores.length + configurations.length === 0) return ['  none found'];
  const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
    rows.length === 0 ? [] : columns([head, ...rows.map((row) => row.map(plain))]);
  return [
    ...table(
      ['SHOTGUN_API3', 'VERSION', 'ERA', 'LOOKS FOR ITS ANCHORS IN'],
      apis.map((api) => apiRow(api, section)),
    ),
    ...table(['TOOLKIT CORE', 'VERSION', 'KIND', 'USED BY'], cores.map(coreRow)),
    ...table(
      ['CONFIGURATION', 'SITE', 'CORE'],
      configurations.map(({ path, site, core }) => [path, site ?? '-', core?.text ?? '-']),
    ),
  ];
}
