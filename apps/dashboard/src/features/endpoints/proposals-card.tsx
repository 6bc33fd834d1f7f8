'use client';

import type { EndpointProposals, GroupView } from '@trustfleet/api';
import { Card, Table, Td, Th, Tr, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { addressText } from '../../components/address-text.ts';
import { EndpointDialog } from './endpoint-dialog.tsx';

/** Those that reach for a site (libs/policy `endpointTemplates`). */
const SITE_CLIENTS = ['shotgun_api3.crud', 'shotgun_api3.form', 'toolkit.urlopen'] as const;

/** Sites that Toolkit configurations of hosts name and nobody has configured yet. */
export function ProposalsCard({
  proposals,
  groups,
}: {
  readonly proposals: EndpointProposals['items'];
  readonly groups: readonly GroupView[];
}) {
  const t = useTranslations('endpoints');
  const hosts = useTranslations('hosts');
  return (
    <Card title={t('proposals')} description={t('proposalsText')} flush>
      <Table label={t('proposals')} stacked>
        <thead>
          <tr>
            <Th>{t('address')}</Th>
            <Th>{t('namedBy')}</Th>
            <Th>
              <span className="sr-only">{t('actions')}</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {proposals.map(({ host, port, hosts: count }) => {
            const address = addressText(host, port);
            return (
              <Tr key={address}>
                <Td className="font-mono text-[0.93em] break-all">
                  <Untrusted text={address} />
                </Td>
                <Td column={t('namedBy')}>{hosts('count', { count })}</Td>
                <Td className="text-end">
                  <EndpointDialog
                    size="sm"
                    start={{ host, port, name: t('purposes.site'), clients: [...SITE_CLIENTS] }}
                    groups={groups}
                    label={t('addThis')}
                    spoken={t('addNamed', { name: address })}
                  />
                </Td>
              </Tr>
            );
          })}
        </tbody>
      </Table>
    </Card>
  );
}
