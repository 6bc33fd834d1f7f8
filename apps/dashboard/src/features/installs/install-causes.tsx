'use client';

import type { SharedInstallDetail } from '@trustfleet/api';
import { Card, EmptyState, Table, Td, Th, Tr, Untrusted } from '@trustfleet/ui';
import { CircleCheck } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { SeverityBadge, useCauseTitle } from '../../components/finding-words.tsx';
import { TextLink } from '../../components/text-link.tsx';

/** What does not work through it: each cause leads to its findings over the fleet. */
export function InstallCauses({ causes }: Pick<SharedInstallDetail, 'causes'>) {
  const t = useTranslations('installs');
  const titleOf = useCauseTitle();
  return (
    <Card title={t('causes')} description={t('causesText')} flush className="mb-5">
      {causes.length === 0 ? (
        <EmptyState icon={<CircleCheck />} title={t('noCauses')} />
      ) : (
        <Table label={t('causes')} stacked>
          <thead>
            <tr>
              <Th>{t('severity')}</Th>
              <Th>{t('cause')}</Th>
              <Th>{t('hosts')}</Th>
              <Th>{t('findings')}</Th>
            </tr>
          </thead>
          <tbody>
            {causes.map(({ rule, cause, severity, hosts, findings }) => (
              <Tr key={`${rule}/${cause}`}>
                <Td>
                  <SeverityBadge severity={severity} />
                </Td>
                <Td className="md:min-w-80">
                  <TextLink href={`/findings?${String(new URLSearchParams({ cause: cause.slice(0, 64) }))}`}>
                    <Untrusted text={titleOf(cause)} className="wrap-anywhere" />
                  </TextLink>
                </Td>
                <Td column={t('hosts')} className="tabular-nums">
                  {hosts}
                </Td>
                <Td column={t('findings')} className="tabular-nums">
                  {findings}
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}
