'use client';

import type { HostSummary } from '@trustfleet/api';
import { Checkbox, SortTh, Table, Td, Th, Tr, Untrusted, visibleText } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { Ago } from '../../components/ago.tsx';
import {
  AdmissionBadge,
  FindingCounts,
  HostLink,
  InterceptionBadge,
  Permits,
  Presence,
} from '../../components/host-words.tsx';
import type { HostListState } from './host-list-url.ts';
import { MAX_SELECTED } from './selection-bar.tsx';

type Sort = HostListState['sort'];
type Order = HostListState['order'];

export interface HostTableProps {
  readonly hosts: readonly HostSummary[];
  readonly sort: Sort;
  readonly order: Order;
  readonly onSort: (sort: Sort, order: Order) => void;
  readonly selected: readonly string[];
  readonly onSelect: (selected: readonly string[]) => void;
  /** The reader may order something for a choice of hosts. */
  readonly selectable: boolean;
}

/** What is worst or newest first, names from A. */
const FIRST_ORDER: Readonly<Record<Sort, Order>> = {
  name: 'asc',
  lastSeen: 'desc',
  findings: 'desc',
  enrolled: 'desc',
};

interface RowProps {
  readonly host: HostSummary;
  readonly checked: boolean;
  readonly full: boolean;
  readonly onCheck: (checked: boolean) => void;
  readonly selectable: boolean;
}

function HostRow({ host, checked, full, onCheck, selectable }: RowProps) {
  const t = useTranslations('hosts');
  const presence = useTranslations('presence');
  return (
    <Tr>
      {selectable && (
        <Td className="w-8 pe-0">
          <Checkbox
            label={t('select', { name: visibleText(host.name) })}
            checked={checked}
            disabled={full && !checked}
            onCheckedChange={onCheck}
          />
        </Td>
      )}
      <Td>
        <HostLink id={host.id} name={host.name} />
      </Td>
      <Td className="whitespace-nowrap">
        {host.os === null ? (
          <span className="text-muted">{t('noReport')}</span>
        ) : (
          <Untrusted text={host.os} />
        )}
      </Td>
      <Td>
        <span className="flex flex-wrap items-center gap-2">
          <Presence presence={host.presence} />
          {host.interception && <InterceptionBadge />}
          <AdmissionBadge host={host} />
        </span>
      </Td>
      <Td>
        <FindingCounts host={host} />
      </Td>
      <Td className="text-end tabular-nums">{host.pythons ?? '–'}</Td>
      <Td>
        <Permits permits={host.permits} />
      </Td>
      <Td>{host.lastSeen === null ? presence('never') : <Ago at={host.lastSeen} />}</Td>
      <Td>
        <Ago at={host.enrolledAt} />
      </Td>
    </Tr>
  );
}

export function HostTable(props: HostTableProps) {
  const { hosts, sort, order, onSort, selected, onSelect, selectable } = props;
  const t = useTranslations('hosts');
  const onPage = hosts.filter((host) => selected.includes(host.id)).length;
  const full = selected.length >= MAX_SELECTED;
  const sortable = (column: Sort) => ({
    direction: sort === column ? order : null,
    onSort: () => {
      const turned: Order = order === 'asc' ? 'desc' : 'asc';
      onSort(column, sort === column ? turned : FIRST_ORDER[column]);
    },
  });
  const selectPage = (checked: boolean): void => {
    const here = hosts.map((host) => host.id);
    const others = selected.filter((id) => !here.includes(id));
    onSelect(checked ? [...others, ...here].slice(0, MAX_SELECTED) : others);
  };
  return (
    <Table label={t('title')}>
      <thead>
        <tr>
          {selectable && (
            <Th className="w-8 pe-0">
              <Checkbox
                label={t('selectAll')}
                checked={onPage === hosts.length}
                indeterminate={onPage > 0 && onPage < hosts.length}
                onCheckedChange={selectPage}
              />
            </Th>
          )}
          <SortTh {...sortable('name')}>{t('name')}</SortTh>
          <Th>{t('system')}</Th>
          <Th>{t('state')}</Th>
          <SortTh {...sortable('findings')}>{t('openFindings')}</SortTh>
          <Th className="text-end">{t('pythons')}</Th>
          <Th>{t('permits')}</Th>
          <SortTh {...sortable('lastSeen')}>{t('lastSeen')}</SortTh>
          <SortTh {...sortable('enrolled')}>{t('enrolled')}</SortTh>
        </tr>
      </thead>
      <tbody>
        {hosts.map((host) => (
          <HostRow
            key={host.id}
            host={host}
            full={full}
            selectable={selectable}
            checked={selected.includes(host.id)}
            onCheck={(checked) => {
              onSelect(checked ? [...selected, host.id] : selected.filter((id) => id !== host.id));
            }}
          />
        ))}
      </tbody>
    </Table>
  );
}
