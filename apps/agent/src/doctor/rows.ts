import { remediesFor, suggestionWords } from '@trustfleet/diagnosis';
import type {
  ObservedEndpoint,
  PythonEnvironment,
  TrustSource,
  Verdict,
  VerdictOutcome,
} from '@trustfleet/protocol';
import type { Examination } from './examine.ts';
import { grouped } from './grouped.ts';

/** One client of a row at one endpoint. */
export interface Entry {
  readonly source: TrustSource;
  readonly verdict: Verdict;
  /** What counts: what was really seen, where something was, else what was worked out. */
  readonly outcome: VerdictOutcome;
  /** What would mend it for this client, the first best; empty where nothing on this machine does. */
  readonly remedies: readonly string[];
}

export interface Cell {
  readonly endpoint: ObservedEndpoint;
  readonly entries: readonly Entry[];
}

/** One Python environment under one set of variables; where `code` is set, the calls of that code alone (decision 0011). */
export interface Row {
  readonly python: PythonEnvironment;
  readonly code: NonNullable<TrustSource['code']> | null;
  readonly accounts: readonly string[];
  readonly sources: readonly TrustSource[];
  readonly cells: readonly Cell[];
}

export function outcomeOf({ probed, predicted }: Verdict): VerdictOutcome {
  return probed === null || probed.result === 'unknown' ? predicted : probed;
}

/** Who verifies nothing fails too: it would take anybody's certificate. */
export const failsAt = ({ outcome }: Entry): boolean =>
  outcome.result === 'fails' || outcome.result === 'unverified';

/** Where nothing verifies whatever the server: no store, no file, no ssl. */
export const cannotVerify = ({ state }: TrustSource): boolean => state !== 'anchors' && state !== 'unknown';

/** `first` goes in front: the Python that the shell would start. */
export function rowsOf(examination: Examination, first: string | null): Row[] {
  const { sections, verdicts } = examination;
  const pythons = new Map((sections.pythons?.pythons ?? []).map((python) => [python.path, python]));
  const endpoints = sections.endpoints?.endpoints ?? [];
  const bySource = grouped(verdicts.verdicts, ({ source }) => source);
  const groups = grouped(
    verdicts.sources.filter(({ python }) => python !== null),
    ({ python, accounts, code }) => JSON.stringify([python, accounts, code?.path ?? '', code?.line ?? 0]),
  );
  const rows = [...groups.values()].flatMap((sources): Row[] => {
    const python = pythons.get(sources[0]?.python ?? '');
    if (python === undefined) return [];
    const entries = sources.flatMap((source) =>
      (bySource.get(source.id) ?? []).map((verdict) => ({
        ...{ source, verdict, outcome: outcomeOf(verdict) },
        remedies: remediesOf(examination, verdict),
      })),
    );
    const ordered = entries.toSorted((a, b) => compare(a.source.client, b.source.client));
    return [
      {
        python,
        code: sources[0]?.code ?? null,
        accounts: sources[0]?.accounts ?? [],
        sources: sources.toSorted((a, b) => compare(a.client, b.client)),
        cells: endpoints.map((endpoint) => ({
          endpoint,
          entries: ordered.filter(({ verdict }) => verdict.endpoint === endpoint.id),
        })),
      },
    ];
  });
  const rank = ({ python, accounts, code }: Row): string =>
    `${python.path === first || python.realPath === first ? 0 : 1}${python.path}\0${code?.path ?? ''}\0${accounts.join()}`;
  return rows.toSorted((a, b) => compare(rank(a), rank(b)));
}

function remediesOf(
  { consumers, sections, platform }: Examination,
  { source, cause, evidence }: Verdict,
): string[] {
  const consumer = consumers.get(source);
  if (consumer === undefined || cause === null) return [];
  const core = sections.shotgrid?.cores.find(({ path }) => path === consumer.api?.core)?.version ?? null;
  return remediesFor({ cause, evidence, consumer, core, platform }).map(suggestionWords);
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
