import { createHost } from '@trustfleet/host';
import type { ClientName, PythonEnvironment, VerdictOutcome } from '@trustfleet/protocol';
import { openProbe, toOutcome, type ProbePython } from '@trustfleet/python';
import type { PlannedServer } from '../world/plan.ts';

/** As many as the probe takes at once. */
const MOST_TARGETS = 200;

export interface ProbeVisit {
  readonly python: PythonEnvironment;
  readonly variables: Readonly<Record<string, string>>;
  readonly clients: readonly { readonly client: ClientName; readonly install: string | null }[];
  readonly servers: readonly PlannedServer[];
}

/** What the agent's probe says of each client and server, by `client server`. */
export type Probed = ReadonlyMap<string, VerdictOutcome | null>;

export type ProbeAll = (visit: ProbeVisit) => Promise<Probed>;

export const probeKey = (client: ClientName, server: string): string => `${client} ${server}`;

/** The probe as the agent starts it. */
export async function openProbes(workingDirectory: string): Promise<ProbeAll> {
  const probe: ProbePython = await openProbe(createHost(), { processEnv: {}, workingDirectory });
  return async ({ python, variables, clients, servers }) => {
    const targets = clients
      .flatMap(({ client, install }) =>
        servers.map(({ id, host, port }) => ({ endpoint: id, host, port, client, install })),
      )
      .slice(0, MOST_TARGETS);
    const { results } = await probe({ python, account: null, variables, targets });
    return new Map(
      results.map((result) => [probeKey(result.client, result.endpoint), toOutcome(result, null).probed]),
    );
  };
}
