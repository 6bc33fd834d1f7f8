import { createHost, type RunRequest } from '@trustfleet/host';
import { SECTION_NAMES } from '@trustfleet/protocol';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import type { EarlierFacts } from '../earlier-facts.ts';
import { readSections } from '../inventory.ts';
import { endpointFacts, endpointOrders, NO_ENDPOINTS } from '../judge/endpoint-facts.ts';
import { readMeasured } from '../judge/read-measured.ts';
import { writeScanFrame } from '../scan-frame.ts';
import { scanSettingsFile } from '../scan-settings.ts';
import { SCAN_LIMIT_MS } from '../scan-process.ts';

export interface CollectOptions {
  readonly root: string;
  readonly scanSettings?: string;
  readonly name?: string;
  readonly env: Environment;
}

const account = z.object({ uid: z.int(), gid: z.int() }).nullable();
/** What `EarlierFacts` became on its way; only what they are built of is looked at, since this program wrote it. */
const facts = z.object({
  system: z.looseObject({ at: z.number(), of: z.string(), section: z.looseObject({}) }).nullish(),
  variables: z.array(z.looseObject({ readAs: account })).nullable(),
  certifi: z.array(z.looseObject({ path: z.string(), readAs: account })).nullable(),
  pythons: z.looseObject({ known: z.looseObject({ format: z.literal(1) }) }).nullish(),
});
const request = z.object({
  names: z.array(z.enum(SECTION_NAMES)),
  facts: facts.extend({ endpoints: endpointFacts.nullish().catch(null) }).loose(),
  endpoints: endpointOrders.default(NO_ENDPOINTS),
  /** Set where a job asks what verifies now: which points, null for all. `names` is not heard then. */
  measure: z.object({ only: z.array(z.string()).nullable() }).nullish(),
});

const MAX_REQUEST_CHARS = 64 * 1024 * 1024;

/** The other end of stdin: the service. */
interface Service {
  readonly line: string;
  /** Fires when the stream ends: the service gave up, or is gone. */
  readonly gone: AbortSignal;
}

function listen(stdin: NodeJS.ReadStream): Promise<Service> {
  const gone = new AbortController();
  let text = '';
  stdin.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    stdin.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve({ line: text.slice(0, end), gone: gone.signal });
      else if (text.length > MAX_REQUEST_CHARS) reject(new Error('The request has no end.'));
    });
    for (const event of ['end', 'error'])
      stdin.on(event, () => {
        gone.abort();
        reject(new Error('The request ended early.'));
      });
  });
}

async function collect({ line, gone }: Service, options: CollectOptions): Promise<Buffer[]> {
  const { names, facts: earlier, endpoints, measure } = request.parse(JSON.parse(line));
  const signal = AbortSignal.any([gone, AbortSignal.timeout(SCAN_LIMIT_MS)]);
  const host = createHost();
  const { root, env, name = null } = options;
  const inventory = {
    ...{ root, name, endpoints, processEnv: env, scanSettings: scanSettingsFile(options) },
    host: { ...host, runProgram: (run: RunRequest) => host.runProgram({ ...run, signal }) },
  };
  if (measure != null) return writeScanFrame(await readMeasured(inventory, measure.only));
  // Each part was made by `readSections`; only its outline is checked above.
  const read = await readSections(inventory, { names, facts: earlier as unknown as EarlierFacts });
  return writeScanFrame(read);
}

/**
 * One scan for the service, in a process of its own (scan-process.ts): what it takes of memory goes with it. It ends with the
 * service, however that ends, and ends what it has started.
 */
export async function collectCommand(
  options: CollectOptions,
  { stdin, stdout }: { readonly stdin: NodeJS.ReadStream; readonly stdout: NodeJS.WritableStream },
): Promise<void> {
  try {
    const service = await listen(stdin);
    // Nobody reads the answer any more. The programs that ran have been killed by this signal already.
    const leave = (): void => {
      setImmediate(() => process.exit(1));
    };
    if (service.gone.aborted) leave();
    else service.gone.addEventListener('abort', leave);
    for (const part of await collect(service, options)) stdout.write(part);
  } finally {
    // An open stdin would hold this process. Destroyed it brings no `end`.
    stdin.destroy();
  }
}
