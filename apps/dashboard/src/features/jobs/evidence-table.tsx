'use client';

import type { JobDetail } from '@trustfleet/api';
import { StatusDot, Table, Td, Th, Untrusted } from '@trustfleet/ui';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Print } from '../../components/copyable.tsx';

type Evidence = JobDetail['before'];

function Row({
  name,
  before,
  after,
}: {
  readonly name: string;
  readonly before: ReactNode;
  readonly after: ReactNode;
}) {
  return (
    <tr className="last:[&>*]:border-b-0">
      <th
        scope="row"
        className="border-b border-line px-3 py-1.5 text-start align-top font-normal text-muted"
      >
        {name}
      </th>
      <Td>{before}</Td>
      <Td>{after}</Td>
    </tr>
  );
}

export function EvidenceTable({ before, after }: { readonly before: Evidence; readonly after: Evidence }) {
  const t = useTranslations();
  if (before === null && after === null) return <p className="p-4 text-muted">{t('job.noEvidence')}</p>;
  const each = (show: (evidence: NonNullable<Evidence>) => ReactNode) => ({
    before: before === null ? '–' : show(before),
    after: after === null ? '–' : show(after),
  });
  return (
    <Table label={t('job.evidence')}>
      <thead>
        <tr>
          <Th>{t('job.measured')}</Th>
          <Th>{t('job.before')}</Th>
          <Th>{t('job.after')}</Th>
        </tr>
      </thead>
      <tbody>
        <Row
          name={t('job.holds')}
          {...each(({ holds }) => (
            <StatusDot tone={holds ? 'ok' : 'bad'}>{t(holds ? 'common.yes' : 'common.no')}</StatusDot>
          ))}
        />
        <Row
          name={t('job.evidenceSubject')}
          {...each((evidence) => (
            <Untrusted text={'store' in evidence ? evidence.store : evidence.name} className="break-all" />
          ))}
        />
        <Row
          name={t('job.evidenceState')}
          {...each((evidence) =>
            'store' in evidence ? (
              <span className="tabular-nums">{t('job.anchors', { count: evidence.anchors })}</span>
            ) : (
              <Untrusted text={evidence.state ?? '–'} className="break-all" />
            ),
          )}
        />
        <Row
          name={t('job.file')}
          {...each((evidence) => (
            <Untrusted
              text={'store' in evidence ? evidence.bundlePath : '–'}
              className="font-mono text-[0.9em] break-all"
            />
          ))}
        />
        <Row
          name={t('job.fileDigest')}
          {...each((evidence) => {
            const digest = 'store' in evidence ? evidence.bundleSha256 : evidence.sha256;
            return digest === null ? '–' : <Print value={digest} short />;
          })}
        />
      </tbody>
    </Table>
  );
}
