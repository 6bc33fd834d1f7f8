'use client';

import type { JobSummary } from '@trustfleet/api';
import { Table, Td, Th, Tr, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { Ago } from './ago.tsx';
import { HostLink } from './host-words.tsx';
import { JobStateBadge } from './job-state.tsx';
import { NextAt } from './next-at.tsx';
import { RemedyBadge } from './remedy-badge.tsx';
import { TextLink } from './text-link.tsx';

export interface JobTableProps {
  readonly label: string;
  readonly jobs: readonly JobSummary[];
  /** False where all jobs are of one host. */
  readonly withHost?: boolean;
}

export function JobTable({ label, jobs, withHost = true }: JobTableProps) {
  const t = useTranslations('jobs');
  return (
    <Table label={label} stacked>
      <thead>
        <tr>
          <Th>{t('what')}</Th>
          {withHost && <Th>{t('host')}</Th>}
          <Th>{t('mode')}</Th>
          <Th>{t('state')}</Th>
          <Th>{t('updated')}</Th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <Tr key={job.id}>
            <Td>
              <TextLink href={`/jobs/${job.id}`} className="font-medium">
                <Untrusted text={job.title} />
              </TextLink>
            </Td>
            {withHost && (
              <Td>
                <HostLink id={job.hostId} name={job.hostName} />
              </Td>
            )}
            <Td>
              <span className="flex flex-wrap items-center gap-x-2">
                <RemedyBadge remedy={job.remedy} />
                {t(job.mode)}
              </span>
            </Td>
            <Td>
              <span className="flex flex-wrap items-center gap-x-2">
                <JobStateBadge state={job.state} />
                <NextAt job={job} />
              </span>
            </Td>
            <Td column={t('updated')}>
              <Ago at={job.updatedAt} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
