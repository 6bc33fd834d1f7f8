import { stepWords, wordsOf } from '@trustfleet/diagnosis';
import { addressOf } from '../doctor/endpoint-argument.ts';
import type { Examination } from '../doctor/examine.ts';
import { cannotVerify, failsAt, type Entry, type Row } from '../doctor/rows.ts';

/** All that `doctor` found, for programs: every client of every environment at every endpoint. */
export function doctorJson(rows: readonly Row[], { sections, problems, launchers }: Examination): object {
  return {
    endpoints: (sections.endpoints?.endpoints ?? []).map((endpoint) => ({
      endpoint: addressOf(endpoint),
      ...{ network: endpoint.network, detail: endpoint.detail, proxy: endpoint.proxy, tls: endpoint.tls },
      ...{ chain: endpoint.chain, chainWithoutName: endpoint.chainWithoutName },
      interception: endpoint.interception,
    })),
    environments: rows.map((row) => ({
      python: row.python.path,
      version: row.python.version,
      product: row.python.product ?? null,
      accounts: row.accounts,
      code: row.code,
      clients: row.sources.map((source) => ({
        ...{ client: source.client, install: source.install, version: source.version },
        ...{ state: source.state, error: source.error, anchors: source.anchors },
        verifiesNothing: cannotVerify(source),
        steps: source.steps.map(stepWords),
      })),
      results: row.cells.flatMap(({ endpoint, entries }) =>
        entries.map((entry) => resultJson(addressOf(endpoint), entry)),
      ),
    })),
    launchers,
    problems,
  };
}

function resultJson(endpoint: string, entry: Entry): object {
  const { source, verdict, outcome } = entry;
  const { cause, evidence, predicted, probed, notProbed } = verdict;
  return {
    ...{ endpoint, client: source.client, install: source.install, version: source.version },
    ...{ result: outcome.result, code: outcome.code, error: outcome.error },
    ...{ fails: failsAt(entry), cause, evidence },
    fix: cause === null ? null : wordsOf({ cause, evidence }).fix,
    remedies: entry.remedies,
    ...{ predicted, probed, notProbed },
  };
}
