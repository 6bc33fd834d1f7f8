import { createHost } from '@trustfleet/host';
import { SECTION_NAMES, type Inventory, type KnownSectionName } from '@trustfleet/protocol';
import { canonicalJson } from '@trustfleet/signing';
import type { Environment } from '../environment.ts';
import { createInventory, type LocalScanResult } from '../inventory.ts';
import { NO_ENDPOINTS } from '../judge/endpoint-facts.ts';
import { inertJson } from '../report/inert-json.ts';
import { renderReport } from '../report/render-report.ts';
import { shotgridView } from '../report/shotgrid-view.ts';
import { scanSettingsFile } from '../scan-settings.ts';
import { requireSearchable, searchedDirectories, searchShotgrid } from './search-shotgrid.ts';

export interface ScanOptions {
  readonly json: boolean;
  readonly section?: KnownSectionName;
  /** As `section`; printed in `sections`, and the way in which {@link shotgridView} has it. */
  readonly only?: KnownSectionName;
  /** The only directories that are looked at. */
  readonly search?: readonly string[];
  readonly scanSettings?: string;
  readonly root: string;
  readonly env: Environment;
}

/** Reads this machine once and prints it: for people, or as the canonical JSON that the digests are made of. */
export async function scanCommand(options: ScanOptions, output: NodeJS.WritableStream): Promise<void> {
  const { sections, certificates = new Map<string, Uint8Array>(), problems = [] } = await read(options);
  if (!options.json) output.write(renderReport(sections, { certificates, problems, now: new Date() }));
  else if (options.only !== undefined) output.write(inertJson({ sections: viewsOf(sections) }));
  else output.write(`${canonicalJson(JSON.parse(JSON.stringify(sections)))}\n`);
}

type Read = Pick<LocalScanResult, 'sections'> & Partial<Pick<LocalScanResult, 'certificates' | 'problems'>>;

async function read(options: ScanOptions): Promise<Read> {
  if (options.search !== undefined) {
    requireSearchable(options.only);
    return { sections: { shotgrid: await searchShotgrid(await searchedDirectories(options.search)) } };
  }
  const one = options.only ?? options.section;
  const names = one === undefined ? SECTION_NAMES : [one];
  const collector = createInventory({
    host: createHost(),
    root: options.root,
    processEnv: options.env,
    name: null,
    scanSettings: scanSettingsFile(options),
    endpoints: NO_ENDPOINTS,
  });
  const { sections, certificates, problems } = await collector.collect(names);
  const wanted = Object.fromEntries(names.map((name) => [name, sections[name]]));
  return { sections: wanted, certificates, problems };
}

function viewsOf(sections: Partial<Inventory>): object {
  const { shotgrid } = sections;
  return shotgrid === undefined ? sections : { ...sections, shotgrid: shotgridView(shotgrid) };
}
