'use client';

import { accountView, API_ROUTES, type AccountView, type GroupView } from '@trustfleet/api';
import { Badge, Table, Td, Th, Tr, Untrusted, visibleText } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { Ago } from '../../components/ago.tsx';
import { change } from '../../lib/api/browser.ts';
import { useReader } from '../../lib/permissions/reader.tsx';
import { ChangeDialog } from './change-dialog.tsx';
import { ConfirmAction } from '../../components/confirm-action.tsx';
import { ScopeWords } from './scope-words.tsx';

function DisableAction({ account }: { readonly account: AccountView }) {
  const t = useTranslations('accounts');
  const name = visibleText(account.name, 80);
  const { disabled } = account;
  return (
    <ConfirmAction
      label={t(disabled ? 'enable' : 'disable')}
      spoken={t(disabled ? 'enableNamed' : 'disableNamed', { name })}
      title={<Untrusted text={t(disabled ? 'enableTitle' : 'disableTitle', { name })} />}
      variant={disabled ? 'primary' : 'danger'}
      send={() =>
        change({
          method: 'PATCH',
          path: API_ROUTES.account(account.id),
          body: { disabled: !disabled },
          schema: accountView,
        })
      }
    >
      <p>{t(disabled ? 'enableText' : 'disableText')}</p>
    </ConfirmAction>
  );
}

interface RowProps {
  readonly account: AccountView;
  readonly groups: readonly GroupView[];
}

function PersonRow({ account, groups }: RowProps) {
  const t = useTranslations();
  const reader = useReader();
  return (
    <Tr>
      <Td>
        <Untrusted text={account.name} className="font-medium wrap-anywhere" />
        {account.id === reader.id && <span className="ms-1.5 text-muted">{t('accounts.you')}</span>}
        <span className="block text-[0.93rem] text-muted">
          <Untrusted text={account.email} className="wrap-anywhere" />
        </span>
      </Td>
      <Td>
        {t(`roles.${account.role}.name`)}
        {account.disabled && (
          <Badge tone="warn" className="ms-2">
            {t('accounts.disabled')}
          </Badge>
        )}
      </Td>
      <Td column={t('accounts.sees')}>
        <ScopeWords scope={account.groups} groups={groups} />
      </Td>
      <Td column={t('accounts.lastSignIn')}>
        {account.lastSignIn === null ? (
          <span className="text-muted">{t('accounts.neverSignedIn')}</span>
        ) : (
          <Ago at={account.lastSignIn} />
        )}
      </Td>
      <Td>
        {account.id !== reader.id && (
          <span className="flex flex-wrap justify-end gap-2 max-md:justify-start">
            <ChangeDialog account={account} groups={groups} />
            <DisableAction account={account} />
          </span>
        )}
      </Td>
    </Tr>
  );
}

export function PeopleTable({
  accounts,
  groups,
}: {
  readonly accounts: readonly AccountView[];
  readonly groups: readonly GroupView[];
}) {
  const t = useTranslations('accounts');
  return (
    <Table label={t('people')} stacked>
      <thead>
        <tr>
          <Th>{t('person')}</Th>
          <Th>{t('role')}</Th>
          <Th>{t('sees')}</Th>
          <Th>{t('lastSignIn')}</Th>
          <Th>
            <span className="sr-only">{t('change')}</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {accounts.map((account) => (
          <PersonRow key={account.id} account={account} groups={groups} />
        ))}
      </tbody>
    </Table>
  );
}
