import type { ConfiguredEndpoint } from '@trustfleet/protocol';
import { CliError, count, plain } from '@trustfleet/terminal';
import { parseEndpoint } from '../doctor/endpoint-argument.ts';
import { examine, type Examination } from '../doctor/examine.ts';
import { shellPython } from '../doctor/shell-python.ts';
import { cannotVerify, failsAt, rowsOf, type Row } from '../doctor/rows.ts';
import type { Environment } from '../environment.ts';
import { doctorJson } from '../report/doctor-json.ts';
import { renderDoctor } from '../report/doctor.ts';
import { inertJson } from '../report/inert-json.ts';
import { scanSettingsFile } from '../scan-settings.ts';
import { readEndpoints } from '../state/endpoints-file.ts';

export interface DoctorOptions {
  readonly endpoints: readonly string[];
  readonly json: boolean;
  readonly here: boolean;
  /** False: no Python is started. */
  readonly probe: boolean;
  readonly search?: readonly string[];
  readonly stateDir: string;
  readonly scanSettings?: string;
  readonly root: string;
  readonly env: Environment;
}

interface Streams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** Which program of this machine verifies which server, and where not, why and what to do. Resolves with the exit code: 0 all verify, 1 something fails. */
export async function doctorCommand(options: DoctorOptions, { stdout, stderr }: Streams): Promise<0 | 1> {
  const tell = (sentence: string): void => {
    stderr.write(`${plain(sentence)}\n`);
  };
  const endpoints = await endpointsOf(options);
  if (endpoints.length === 0)
    tell(
      'No server is named and none is configured: only what can verify nothing at all is told. Try: trustfleet-agent doctor NAME.shotgrid.autodesk.com',
    );
  const examination = await examine({
    ...{ endpoints, here: options.here, probe: options.probe, root: options.root, env: options.env },
    search: options.search ?? [],
    scanSettings: scanSettingsFile(options),
    onProgress: tell,
  });
  const first = options.here ? await shellPython(options.env) : null;
  const rows = rowsOf(examination, first);
  for (const problem of examination.problems) tell(problem);
  stdout.write(
    options.json ? inertJson(doctorJson(rows, examination)) : renderDoctor(rows, summary(rows, examination)),
  );
  return rows.some(somethingFails) ? 1 : 0;
}

/** Those named, else those that the server told this host, where this account may read them. */
async function endpointsOf({ endpoints, stateDir }: DoctorOptions): Promise<readonly ConfiguredEndpoint[]> {
  if (endpoints.length === 0) return storedEndpoints(stateDir);
  const parsed = endpoints.map((text) => {
    const endpoint = parseEndpoint(text);
    if (endpoint === null) throw new CliError(`${plain(text)} is no server: write host or host:port.`, 2);
    return endpoint;
  });
  return [...new Map(parsed.map((endpoint) => [endpoint.id, endpoint])).values()];
}

async function storedEndpoints(stateDir: string): Promise<readonly ConfiguredEndpoint[]> {
  try {
    return (await readEndpoints(stateDir))?.configured ?? [];
  } catch (error) {
    // Another account's, or damaged: as if there were none, which is told.
    if (error instanceof CliError) return [];
    throw error;
  }
}

const somethingFails = (row: Row): boolean =>
  row.cells.length === 0
    ? row.sources.some(cannotVerify)
    : row.cells.some(({ entries }) => entries.some(failsAt));

function summary(rows: readonly Row[], { verdicts, launchers }: Examination): string[] {
  const entries = rows.flatMap(({ cells }) => cells.flatMap((cell) => cell.entries));
  const failing = entries.filter(failsAt).length;
  const differ = verdicts.verdicts.filter(
    ({ predicted, probed }) =>
      probed !== null && probed.result !== 'unknown' && probed.result !== predicted.result,
  ).length;
  return [
    ...(launchers.length === 0
      ? []
      : ['Set by launchers:', ...launchers.map((line) => `  ${plain(line)}`), '']),
    entries.length === 0
      ? `${count(rows.length, 'Python environment')}.`
      : `${count(entries.length, 'combination')} of client and server, ${failing === 0 ? 'all verify' : `${failing} fail`}.`,
    ...(differ === 0
      ? []
      : [
          `What was seen differs ${count(differ, 'time')} from what was worked out. That is our mistake: please report it.`,
        ]),
  ];
}
