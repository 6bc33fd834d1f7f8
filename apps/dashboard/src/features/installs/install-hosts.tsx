'use client';

import type { SharedInstallUse } from '@trustfleet/api';
import { Badge, Card, Table, Td, Th, Tr, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { HostLink } from '../../components/host-words.tsx';
import { OlderButton } from '../../components/older-button.tsx';

const PATH = 'font-mono text-[0.9rem] break-all';

function Row({ use }: { readonly use: SharedInstallUse }) {
  const t = useTranslations('installs');
  return (
    <Tr>
      <Td>
        <HostLink id={use.hostId} name={use.hostName} />
      </Td>
      <Td column={t('group')}>
        <Untrusted text={use.group.name} className="wrap-anywhere" />
      </Td>
      <Td column={t('mount')}>
        {use.mount === null ? (
          <span className="text-muted">{t('noMount')}</span>
        ) : (
          <Untrusted text={use.mount} className={PATH} />
        )}
      </Td>
      <Td column={t('path')}>
        <Untrusted text={use.path} className={PATH} />
      </Td>
      <Td column={t('findings')}>
        {use.openFindings === 0 ? (
          <span className="text-muted">{t('noFindings')}</span>
        ) : (
          <Badge tone="warn">{t('openFindings', { count: use.openFindings })}</Badge>
        )}
      </Td>
    </Tr>
  );
}

export interface InstallHostsProps {
  readonly uses: readonly SharedInstallUse[];
  readonly end: { readonly more: boolean; readonly loading: boolean; readonly onMore: () => void };
}

/** Who uses it, and where each of them has it. */
export function InstallHosts({ uses, end }: InstallHostsProps) {
  const t = useTranslations('installs');
  return (
    <Card title={t('usedBy')} flush>
      <Table label={t('usedBy')} stacked>
        <thead>
          <tr>
            <Th>{t('host')}</Th>
            <Th>{t('group')}</Th>
            <Th>{t('mount')}</Th>
            <Th>{t('path')}</Th>
            <Th>{t('findings')}</Th>
          </tr>
        </thead>
        <tbody>
          {uses.map((use) => (
            <Row key={use.hostId} use={use} />
          ))}
        </tbody>
      </Table>
      <OlderButton more={end.more} loading={end.loading} onOlder={end.onMore} label={t('more')} />
    </Card>
  );
}
