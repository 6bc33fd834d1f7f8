import type { Host } from '@trustfleet/host';
import { sectionSchemas, type Inventory, type KnownSectionName } from '@trustfleet/protocol';
import type { Handshakes, Measurement } from '@trustfleet/repair';
import { NOTHING_KNOWN } from '../earlier-facts.ts';
import type { Environment } from '../environment.ts';
import { scanOnce, type ScanProcessOptions } from '../scan-process.ts';
import { diagnosisFacts } from './diagnosis-facts.ts';
import type { EndpointOrders } from './endpoint-facts.ts';

export interface HandshakesOptions extends Pick<ScanProcessOptions, 'runProgram' | 'command' | 'root'> {
  readonly platform: Host['platform'];
  readonly scanSettings: string;
  readonly env: Environment;
  /** What people configured, as it is at the time. */
  readonly orders: () => EndpointOrders;
}

/**
 * Measures in a process of its own, as a scan does: what it takes of memory goes with it. Null while no endpoint is configured. The server
 * has no part in it: the list of endpoints is on disk.
 */
export function createHandshakes(options: HandshakesOptions): Handshakes {
  return {
    async measure(signal, only) {
      const orders = options.orders();
      if (orders.configured.length === 0) return null;
      const request = {
        ...{ names: [], endpoints: orders, facts: NOTHING_KNOWN },
        measure: { only: only === undefined ? null : [...only] },
      };
      const { readings } = await scanOnce({ ...options, name: null, signal }, `${JSON.stringify(request)}\n`);
      const sections: Partial<Inventory> = {};
      const certificates = new Map<string, Uint8Array>();
      for (const [name, reading] of readings) {
        for (const [sha256, der] of reading.certificates) certificates.set(sha256, der);
        if (reading.encoded !== null) put(sections, name, reading.encoded.body);
      }
      return measurementOf(sections, { certificates, orders, platform: options.platform });
    },
  };
}

function put(sections: Partial<Inventory>, name: KnownSectionName, body: string): void {
  Object.assign(sections, { [name]: sectionSchemas[name].parse(JSON.parse(body)) });
}

async function measurementOf(
  sections: Partial<Inventory>,
  known: {
    readonly certificates: ReadonlyMap<string, Uint8Array>;
    readonly orders: EndpointOrders;
    readonly platform: Host['platform'];
  },
): Promise<Measurement> {
  if (sections.verdicts === undefined) throw new Error('Nothing was judged.');
  const { orders, platform } = known;
  const wallClock = new Date();
  // Only a job needs them in this process.
  const [{ diagnose }, { ROOT_CATALOGUE: catalogue }] = await Promise.all([
    import('@trustfleet/diagnosis'),
    import('@trustfleet/certificates/catalogue'),
  ]);
  return {
    sources: sections.verdicts.sources,
    verdicts: sections.verdicts.verdicts,
    endpoints: orders.configured,
    facts: { ...sections, configuredEndpoints: orders.configured, clockOffsetMs: orders.clockOffsetMs },
    judge(facts, more) {
      const given = Object.fromEntries(
        Object.entries(facts).filter(([name, section]) => name in sections && section !== undefined),
      );
      return diagnose(
        diagnosisFacts(given, {
          ...{ platform, wallClock, clockOffsetMs: orders.clockOffsetMs },
          certificates: new Map([...known.certificates, ...more]),
        }),
        { configured: orders.configured, catalogue },
      );
    },
  };
}
