import { reasonWords, wordsOf } from '@trustfleet/diagnosis';
import { columns, plain, someOf } from '@trustfleet/terminal';
import { addressOf } from '../doctor/endpoint-argument.ts';
import { grouped } from '../doctor/grouped.ts';
import { cannotVerify, failsAt, type Cell, type Entry, type Row } from '../doctor/rows.ts';

const MOST_ACCOUNTS = 3;
/** Of one cause: names of what fails of it. */
const MOST_CLIENTS = 8;

function rowName({ python, accounts, code }: Row): string {
  const version = python.version ?? '?';
  const product = python.product == null ? '' : `${python.product}, `;
  const who = accounts.length === 0 ? '' : ` as ${someOf(accounts, MOST_ACCOUNTS)}`;
  const called = code === null ? '' : `  called in ${plain(code.path)}:${code.line}`;
  return `${plain(python.path)} (${plain(product)}${plain(version)})${who}${called}`;
}

/** Nobody of this machine gets there: that is one matter of the endpoint, and none of each program. */
const isUnreached = ({ endpoint }: Cell): boolean => endpoint.network !== 'connected';

function cellText(cell: Cell): string {
  const { entries } = cell;
  if (entries.length > 0 && isUnreached(cell)) return 'not reached';
  const failing = entries.filter(failsAt).length;
  if (entries.length === 0) return '-';
  if (failing === 0) return entries.every(({ outcome }) => outcome.result === 'unknown') ? '?' : 'verifies';
  return failing === entries.length ? 'FAILS' : `FAILS ${failing} of ${entries.length}`;
}

/** Python environments as rows, endpoints as columns. */
function matrix(rows: readonly Row[]): string[] {
  const endpoints = rows[0]?.cells.map(({ endpoint }) => plain(addressOf(endpoint))) ?? [];
  return columns([['', ...endpoints], ...rows.map((row) => [rowName(row), ...row.cells.map(cellText)])], '');
}

/** `requests 2.31.0` */
function clientName({ source: { client, version } }: Pick<Entry, 'source'>): string {
  return plain(version === null ? client : `${client} ${version}`);
}

const howKnown = ({ verdict }: Entry): string =>
  verdict.probed === null ? plain(verdict.notProbed ?? 'predicted only') : 'really tried';

function factLines(evidence: Entry['verdict']['evidence']): string[] {
  return Object.entries(evidence).flatMap(([name, value]) =>
    value === null || value === '' ? [] : [`      ${keyWords(name)}: ${plain(valueWords(name, value))}`],
  );
}

/** Of a step why it came out as it did, in words where there are some. */
function valueWords(name: string, value: string | number | boolean): string {
  return (name === 'reason' ? reasonWords(String(value)) : null) ?? String(value);
}

/** `lacksSha` → `lacks sha` */
const keyWords = (key: string): string => key.replace(/[A-Z]/g, (sign) => ` ${sign.toLowerCase()}`);

/** Clients that fail for the same reason stand together. */
function failureLines(cell: Cell): string[] {
  const groups = grouped(cell.entries.filter(failsAt), ({ verdict, outcome, remedies }) =>
    JSON.stringify([verdict.cause, verdict.evidence, outcome.result, remedies]),
  );
  return [...groups.values()].flatMap((entries) => {
    const [first] = entries;
    if (first === undefined) return [];
    const { cause, evidence } = first.verdict;
    const words = wordsOf({ cause: cause ?? 'unknown', evidence });
    const said = new Set(entries.flatMap(({ outcome }) => outcome.error ?? []));
    return [
      `    ${someOf(entries.map(clientName), MOST_CLIENTS)}: ${words.what}`,
      ...factLines(first.verdict.evidence),
      ...[...said].map((error) => `      it says: ${plain(error)}`),
      `      known because: ${howKnown(first)}`,
      `      fix: ${words.fix}`,
      ...first.remedies.map((remedy) => `           - ${remedy}`),
    ];
  });
}

/** What fails at every server, also where none was asked for. */
function sourceLines(row: Row): string[] {
  return row.sources.filter(cannotVerify).map((source) => {
    const client = clientName({ source });
    return `    ${client}: verifies nothing (${plain(source.error ?? source.state)})`;
  });
}

function rowDetails(row: Row): string[] {
  const failing = row.cells.filter((cell) => !isUnreached(cell) && cell.entries.some(failsAt));
  const general = row.cells.length === 0 ? sourceLines(row) : [];
  return [
    ...(general.length === 0 ? [] : ['', rowName(row), ...general]),
    ...failing.flatMap((cell) => [
      '',
      `${rowName(row)} → ${plain(addressOf(cell.endpoint))}`,
      ...failureLines(cell),
    ]),
  ];
}

/** Each endpoint that nobody reaches, once, with the cause that all of its programs have. */
function unreachedLines(rows: readonly Row[]): string[] {
  const cells = rows.flatMap((row) => row.cells.filter(isUnreached));
  const byEndpoint = grouped(cells, ({ endpoint }) => endpoint.id);
  return [...byEndpoint.values()].flatMap((all) => {
    const entries = all.flatMap((cell) => cell.entries.filter(failsAt));
    const [first] = entries;
    const [cell] = all;
    if (first === undefined || cell === undefined) return [];
    const { cause, evidence } = first.verdict;
    const words = wordsOf({ cause: cause ?? 'unknown', evidence });
    return [
      '',
      `${plain(addressOf(cell.endpoint))}: ${words.what}, for everybody on this machine`,
      ...factLines(evidence),
      `      fix: ${words.fix}`,
    ];
  });
}

/** The matrix, then under each failure its cause, what shows it, and what to do. */
export function renderDoctor(rows: readonly Row[], notes: readonly string[]): string {
  const nobody = ['No Python environment was found.'];
  const extra = notes.length === 0 ? [] : ['', ...notes];
  const lines =
    rows.length === 0 ? nobody : [...matrix(rows), ...unreachedLines(rows), ...rows.flatMap(rowDetails)];
  return [...lines, ...extra, ''].join('\n');
}
