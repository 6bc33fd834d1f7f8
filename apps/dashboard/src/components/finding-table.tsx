'use client';

import type { FindingView } from '@trustfleet/api';
import { Table, Td, Th, Tr } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { Ago } from './ago.tsx';
import { FindingFix, FindingWords, SeverityBadge } from './finding-words.tsx';
import { HostLink } from './host-words.tsx';

export interface FindingTableProps {
  readonly findings: readonly FindingView[];
  /** Closed ones have nothing left to mend. */
  readonly closed?: boolean;
  /** False on the host's own page. */
  readonly withHost: boolean;
}

/** Findings with their reason and the way to their remedy. */
export function FindingTable({ findings, closed = false, withHost }: FindingTableProps) {
  const t = useTranslations('findings');
  return (
    <Table label={t('title')} stacked>
      <thead>
        <tr>
          <Th>{t('severity')}</Th>
          <Th className="md:min-w-80">{t('what')}</Th>
          {withHost && <Th>{t('host')}</Th>}
          <Th>{t(closed ? 'closedAt' : 'since')}</Th>
          {!closed && (
            <Th>
              <span className="sr-only">{t('fix')}</span>
            </Th>
          )}
        </tr>
      </thead>
      <tbody>
        {findings.map((finding) => (
          <Tr key={finding.id}>
            <Td>
              <SeverityBadge severity={finding.severity} />
            </Td>
            <Td>
              <FindingWords finding={finding} />
            </Td>
            {withHost && (
              <Td>
                <HostLink id={finding.hostId} name={finding.hostName} />
              </Td>
            )}
            <Td column={t(closed ? 'closedAt' : 'since')}>
              <Ago at={finding.closedAt ?? finding.since} />
            </Td>
            {!closed && (
              <Td className="text-end">
                <FindingFix finding={finding} />
              </Td>
            )}
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
