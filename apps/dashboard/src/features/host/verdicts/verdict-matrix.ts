import { outcomeOf } from '@trustfleet/policy';
import type { EndpointsSection, TrustSource, Verdict, VerdictsSection } from '@trustfleet/protocol';

/** One column: a server that programs must reach. */
export interface MatrixColumn {
  readonly id: string;
  /** `host:port`; the id where the host observed none of that id. */
  readonly address: string;
}

/** One row: one client under one set of variables. `verdicts` in the order of the columns, null where none was asked for. */
export interface MatrixRow {
  readonly source: TrustSource;
  readonly verdicts: readonly (Verdict | null)[];
}

/** Rows of one Python; of programs that are no Python where `python` is null. */
export interface MatrixGroup {
  readonly python: string | null;
  readonly rows: readonly MatrixRow[];
}

export interface VerdictMatrix {
  readonly columns: readonly MatrixColumn[];
  readonly groups: readonly MatrixGroup[];
  /** Rows before `failing` left some out. */
  readonly total: number;
}

/** Verifying is the one thing that nobody has to look at. */
export const isNotable = (verdict: Verdict): boolean => outcomeOf(verdict).result !== 'verifies';

/** Address of an endpoint; IPv6 in brackets (RFC 3986 §3.2.2). */
function address({ host, port }: EndpointsSection['endpoints'][number]): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Python environments and their clients as rows, endpoints as columns; in the order of the sections. */
export function verdictMatrix(
  { sources, verdicts }: VerdictsSection,
  { endpoints }: Pick<EndpointsSection, 'endpoints'>,
  { failingOnly }: { readonly failingOnly: boolean },
): VerdictMatrix {
  const known = new Map(endpoints.map((endpoint) => [endpoint.id, address(endpoint)]));
  const judged = [...new Set([...known.keys(), ...verdicts.map(({ endpoint }) => endpoint)])];
  const columns = judged
    .filter((id) => verdicts.some(({ endpoint }) => endpoint === id))
    .map((id) => ({ id, address: known.get(id) ?? id }));
  const cells = new Map(verdicts.map((verdict) => [`${verdict.source}.${verdict.endpoint}`, verdict]));
  const rows = sources
    .map((source) => ({
      source,
      verdicts: columns.map((column) => cells.get(`${source.id}.${column.id}`) ?? null),
    }))
    .filter((row) => row.verdicts.some((verdict) => verdict !== null));
  const shown = failingOnly
    ? rows.filter((row) => row.verdicts.some((verdict) => verdict !== null && isNotable(verdict)))
    : rows;
  const pythons = [...new Set(shown.map(({ source }) => source.python))];
  const groups = pythons.map((python) => ({
    python,
    rows: shown.filter(({ source }) => source.python === python),
  }));
  return { columns, groups, total: rows.length };
}
