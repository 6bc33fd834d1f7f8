'use client';

import { API_ROUTES, type EndpointView, type GroupView } from '@trustfleet/api';
import { Table, Td, Th, Tr, Untrusted, visibleText } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import { addressText } from '../../components/address-text.ts';
import { Ago } from '../../components/ago.tsx';
import { ConfirmAction } from '../../components/confirm-action.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { useClientName } from '../../components/use-client-name.ts';
import { change } from '../../lib/api/browser.ts';
import { useMay, useReader } from '../../lib/permissions/reader.tsx';
import { EndpointDialog } from './endpoint-dialog.tsx';

function Clients({ clients }: Pick<EndpointView, 'clients'>) {
  const t = useTranslations('endpoints');
  const nameOf = useClientName();
  return clients.length === 0 ? t('allClients') : clients.map(nameOf).join(', ');
}

function Scope({ group }: Pick<EndpointView, 'group'>) {
  const t = useTranslations('endpoints');
  if (group === null) return t('everyHost');
  return (
    <TextLink href={`/hosts?groupId=${group.id}`}>
      <Untrusted text={group.name} className="wrap-anywhere" />
    </TextLink>
  );
}

interface RowProps {
  readonly endpoint: EndpointView;
  readonly groups: readonly GroupView[];
}

function RowActions({ endpoint, groups }: RowProps) {
  const t = useTranslations('endpoints');
  const name = visibleText(endpoint.name, 80);
  return (
    <div className="flex flex-wrap justify-end gap-2">
      <EndpointDialog
        size="sm"
        start={endpoint}
        groups={groups}
        label={t('change')}
        spoken={t('changeNamed', { name })}
      />
      <ConfirmAction
        label={t('remove')}
        spoken={t('removeNamed', { name })}
        title={<Untrusted text={t('removeTitle', { name })} />}
        variant="danger"
        send={() =>
          change({ method: 'DELETE', path: API_ROUTES.endpoint(endpoint.id), body: {}, schema: z.unknown() })
        }
      >
        <p>{t('removeText')}</p>
      </ConfirmAction>
    </div>
  );
}

/** What this reader may change: what counts for all hosts is for those who see all. */
function useMayChange(): (endpoint: EndpointView) => boolean {
  const may = useMay();
  const whole = useReader().groups === 'all';
  return ({ group }) => may('endpoints.manage') && (whole || group !== null);
}

/** Endpoints, by name. */
export function EndpointTable({
  endpoints,
  groups,
}: {
  readonly endpoints: readonly EndpointView[];
  readonly groups: readonly GroupView[];
}) {
  const t = useTranslations('endpoints');
  const mayChange = useMayChange();
  const changeable = endpoints.some(mayChange);
  return (
    <Table label={t('endpoints')} stacked>
      <thead>
        <tr>
          <Th>{t('name')}</Th>
          <Th>{t('address')}</Th>
          <Th>{t('scope')}</Th>
          <Th className="md:min-w-56">{t('clients')}</Th>
          <Th>{t('added')}</Th>
          {changeable && (
            <Th>
              <span className="sr-only">{t('actions')}</span>
            </Th>
          )}
        </tr>
      </thead>
      <tbody>
        {endpoints.map((endpoint) => (
          <Tr key={endpoint.id}>
            <Td className="font-medium">
              <Untrusted text={endpoint.name} className="wrap-anywhere" />
            </Td>
            <Td className="font-mono text-[0.93em] break-all">
              <Untrusted text={addressText(endpoint.host, endpoint.port)} />
            </Td>
            <Td column={t('scope')}>
              <Scope group={endpoint.group} />
            </Td>
            <Td column={t('clients')} className="text-muted">
              <Clients clients={endpoint.clients} />
            </Td>
            <Td column={t('added')} className="text-muted">
              <Ago at={endpoint.createdAt} /> · <Untrusted text={endpoint.createdBy} />
            </Td>
            {changeable && (
              <Td className="text-end">
                {mayChange(endpoint) && <RowActions endpoint={endpoint} groups={groups} />}
              </Td>
            )}
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
