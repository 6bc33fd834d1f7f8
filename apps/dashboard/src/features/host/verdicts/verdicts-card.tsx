'use client';

import type { HostDetail } from '@trustfleet/api';
import type { EndpointsSection, TrustSource, VerdictsSection } from '@trustfleet/protocol';
import { Card, EmptyState, FilterSelect, Table, Td, Th, Tr, Untrusted } from '@trustfleet/ui';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useTranslations } from 'use-intl';
import { SectionFrame } from '../section-frame.tsx';
import { sectionOf } from '../sections.ts';
import { useClientName } from './use-client-name.ts';
import { VerdictCell } from './verdict-cell.tsx';
import { VerdictDialog } from './verdict-dialog.tsx';
import { verdictMatrix, type MatrixColumn, type MatrixGroup, type MatrixRow } from './verdict-matrix.ts';

const SHOW = ['all', 'failing'] as const;

/** Which rows are shown and which verdict is open (`source.endpoint`) stands in the address. */
const matrixUrl = { verdicts: parseAsStringLiteral(SHOW).withDefault('all'), verdict: parseAsString };

type Open = (source: TrustSource, column: MatrixColumn) => void;

/** Of code that decides for itself, where it stands. */
function CalledIn({ source: { code } }: { readonly source: TrustSource }) {
  const t = useTranslations('verdict');
  if (code === null || code === undefined) return null;
  const place = `${code.path}:${code.line}`;
  return (
    <span className="block text-[0.93rem] text-muted">
      <Untrusted text={t('inCode', { place, more: code.places - 1 })} className="wrap-anywhere" />
    </span>
  );
}

/** Library, version, and whose variables it runs with. */
function RowHead({ source }: { readonly source: TrustSource }) {
  const t = useTranslations('verdict');
  const name = useClientName()(source.client);
  return (
    <th
      scope="row"
      className="border-b border-line px-3 py-1.5 text-start align-top font-normal max-md:block max-md:border-b-0"
    >
      {name}
      {source.version !== null && (
        <>
          {' '}
          <Untrusted text={source.version} className="text-muted" />
        </>
      )}
      <CalledIn source={source} />
      {source.accounts.length > 0 && (
        <span className="block text-[0.93rem] text-muted">
          <Untrusted
            text={t('asAccounts', { accounts: source.accounts.join(', ') })}
            className="wrap-anywhere"
          />
        </span>
      )}
    </th>
  );
}

function Row({
  row,
  columns,
  onOpen,
}: {
  readonly row: MatrixRow;
  readonly columns: readonly MatrixColumn[];
  readonly onOpen: Open;
}) {
  const t = useTranslations('verdict');
  const name = useClientName()(row.source.client);
  const who = [name, ...(row.source.code == null ? [] : [row.source.code.path])].join(', ');
  return (
    // The next group begins below the last row, so that it keeps its line.
    <Tr className="last:[&>td]:border-b">
      <RowHead source={row.source} />
      {columns.map((column, at) => {
        const verdict = row.verdicts[at] ?? null;
        return (
          <Td key={column.id} column={column.address}>
            {verdict === null ? (
              <span className="text-muted">{t('notAsked')}</span>
            ) : (
              <VerdictCell
                verdict={verdict}
                label={`${who}, ${column.address}`}
                onOpen={() => {
                  onOpen(row.source, column);
                }}
              />
            )}
          </Td>
        );
      })}
    </Tr>
  );
}

function Group({
  group,
  columns,
  onOpen,
}: {
  readonly group: MatrixGroup;
  readonly columns: readonly MatrixColumn[];
  readonly onOpen: Open;
}) {
  const t = useTranslations('verdict');
  return (
    <tbody>
      <tr>
        <th
          scope="rowgroup"
          colSpan={columns.length + 1}
          className="border-b border-line bg-sunken/40 px-3 py-1.5 text-start font-medium max-md:block max-md:border-b-0"
        >
          {group.python === null ? (
            t('otherPrograms')
          ) : (
            <Untrusted text={group.python} className="font-mono text-[0.95rem] break-all" />
          )}
        </th>
      </tr>
      {group.rows.map((row) => (
        <Row key={row.source.id} row={row} columns={columns} onOpen={onOpen} />
      ))}
    </tbody>
  );
}

function Matrix({
  verdicts,
  endpoints,
}: {
  readonly verdicts: VerdictsSection;
  readonly endpoints: Pick<EndpointsSection, 'endpoints'>;
}) {
  const t = useTranslations('verdict');
  const [url, setUrl] = useQueryStates(matrixUrl);
  const matrix = verdictMatrix(verdicts, endpoints, { failingOnly: url.verdicts === 'failing' });
  const shown = matrix.groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const open: Open = (source, column) => void setUrl({ verdict: `${source.id}.${column.id}` });
  const verdict = verdicts.verdicts.find((one) => `${one.source}.${one.endpoint}` === url.verdict);
  const source = verdicts.sources.find(({ id }) => id === verdict?.source);
  const address = matrix.columns.find(({ id }) => id === verdict?.endpoint)?.address;
  return (
    <Card
      title={t('title')}
      description={t('text')}
      actions={
        <FilterSelect
          label={t('show')}
          value={url.verdicts}
          options={SHOW.map((value) => ({ value, label: t(`shows.${value}`) }))}
          onPick={(value) => void setUrl({ verdicts: SHOW.find((known) => known === value) ?? null })}
        />
      }
      flush
    >
      {matrix.total === 0 ? (
        <EmptyState title={t('emptyTitle')}>{t('empty')}</EmptyState>
      ) : shown === 0 ? (
        <p className="p-4 text-muted">{t('allVerify', { count: matrix.total })}</p>
      ) : (
        <Table label={t('title')} stacked>
          <thead>
            <tr>
              <Th>{t('client')}</Th>
              {matrix.columns.map(({ id, address: name }) => (
                <Th key={id}>
                  <Untrusted text={name} />
                </Th>
              ))}
            </tr>
          </thead>
          {matrix.groups.map((group) => (
            <Group key={group.python ?? ''} group={group} columns={matrix.columns} onOpen={open} />
          ))}
        </Table>
      )}
      <VerdictDialog
        opened={
          verdict !== undefined && source !== undefined && address !== undefined
            ? { verdict, source, address }
            : null
        }
        onClose={() => void setUrl({ verdict: null })}
      />
    </Card>
  );
}

/** Which client of which Python verifies which server, and why not: the host's section `verdicts`. */
export function VerdictsCard({ host }: { readonly host: HostDetail }) {
  const t = useTranslations('verdict');
  const endpoints = sectionOf(host, 'endpoints');
  const state = sectionOf(host, 'verdicts');
  if (state.kind === 'absent')
    return (
      <Card title={t('title')} flush>
        <EmptyState title={t('emptyTitle')}>{t('empty')}</EmptyState>
      </Card>
    );
  return (
    <SectionFrame state={state}>
      {(verdicts) => (
        <Matrix
          verdicts={verdicts}
          endpoints={endpoints.kind === 'read' ? endpoints.body : { endpoints: [] }}
        />
      )}
    </SectionFrame>
  );
}
