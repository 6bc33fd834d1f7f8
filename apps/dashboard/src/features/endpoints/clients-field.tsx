'use client';

import { CLIENTS, type ClientName } from '@trustfleet/protocol';
import { Checkbox } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { useClientName } from '../../components/use-client-name.ts';

export interface ClientsFieldProps {
  /** Null: all. */
  readonly clients: readonly ClientName[] | null;
  readonly onClients: (clients: readonly ClientName[] | null) => void;
  /** Says that none is chosen. */
  readonly incomplete: boolean;
}

/** Which programs must reach an endpoint. */
export function ClientsField({ clients, onClients, incomplete }: ClientsFieldProps) {
  const t = useTranslations('endpoints');
  const nameOf = useClientName();
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">{t('clients')}</legend>
      <Checkbox
        checked={clients === null}
        onCheckedChange={(all) => {
          onClients(all ? null : []);
        }}
      >
        {t('allClients')}
        <span className="block text-[0.93rem] text-muted">{t('allClientsText')}</span>
      </Checkbox>
      {clients !== null && (
        <div className="ms-6 grid gap-x-4 gap-y-1.5 sm:grid-cols-2">
          {CLIENTS.map((client) => (
            <Checkbox
              key={client}
              checked={clients.includes(client)}
              onCheckedChange={(checked) => {
                onClients(checked ? [...clients, client] : clients.filter((other) => other !== client));
              }}
            >
              {nameOf(client)}
            </Checkbox>
          ))}
        </div>
      )}
      {incomplete && (
        <p role="alert" className="text-[0.93rem] font-medium text-bad">
          {t('noClient')}
        </p>
      )}
    </fieldset>
  );
}
