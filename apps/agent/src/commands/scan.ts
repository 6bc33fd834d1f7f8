import { createHost } from '@trustfleet/host';
import { SECTION_NAMES, type KnownSectionName } from '@trustfleet/protocol';
import { canonicalJson } from '@trustfleet/signing';
import type { Environment } from '../environment.ts';
import { createInventory } from '../inventory.ts';
import { renderReport } from '../report/render-report.ts';

export interface ScanOptions {
  readonly json: boolean;
  readonly section?: KnownSectionName;
  readonly root: string;
  readonly env: Environment;
}

/** Reads this machine once and prints it: for people, or as the canonical JSON that the digests are made of. */
export async function scanCommand(options: ScanOptions, output: NodeJS.WritableStream): Promise<void> {
  const names = options.section === undefined ? SECTION_NAMES : [options.section];
  const collector = createInventory({
    host: createHost(),
    root: options.root,
    processEnv: options.env,
    name: null,
  });
  const result = await collector.collect(names);
  const wanted = Object.fromEntries(names.map((name) => [name, result.sections[name]]));
  if (options.json) {
    output.write(`${canonicalJson(JSON.parse(JSON.stringify(wanted)))}\n`);
    return;
  }
  output.write(
    renderReport(wanted, { certificates: result.certificates, problems: result.problems, now: new Date() }),
  );
}
