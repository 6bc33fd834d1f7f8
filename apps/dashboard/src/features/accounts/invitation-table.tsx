'use client';

import { API_ROUTES, type GroupView, type InvitationView } from '@trustfleet/api';
import { Table, Td, Th, Tr, Untrusted, visibleText } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import { Ago } from '../../components/ago.tsx';
import { change } from '../../lib/api/browser.ts';
import { ConfirmAction } from '../../components/confirm-action.tsx';
import { ScopeWords } from './scope-words.tsx';

/** Invitations whose link still works. */
export function InvitationTable({
  invitations,
  groups,
}: {
  readonly invitations: readonly InvitationView[];
  readonly groups: readonly GroupView[];
}) {
  const t = useTranslations('accounts');
  const roles = useTranslations('roles');
  return (
    <Table label={t('invitations')} stacked>
      <thead>
        <tr>
          <Th>{t('email')}</Th>
          <Th>{t('role')}</Th>
          <Th>{t('sees')}</Th>
          <Th>{t('invitedBy')}</Th>
          <Th>{t('worksUntil')}</Th>
          <Th>
            <span className="sr-only">{t('takeBack')}</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {invitations.map((invitation) => (
          <Tr key={invitation.id}>
            <Td className="font-medium">
              <Untrusted text={invitation.email} className="wrap-anywhere" />
            </Td>
            <Td>{roles(`${invitation.role}.name`)}</Td>
            <Td column={t('sees')}>
              <ScopeWords scope={invitation.groups} groups={groups} />
            </Td>
            <Td column={t('invitedBy')}>
              <Untrusted text={invitation.createdBy} className="wrap-anywhere" />
            </Td>
            <Td column={t('worksUntil')}>
              <Ago at={invitation.expiresAt} />
            </Td>
            <Td className="text-end">
              <ConfirmAction
                label={t('takeBack')}
                spoken={t('takeBackNamed', { email: visibleText(invitation.email, 80) })}
                title={t('takeBackTitle')}
                variant="danger"
                send={() =>
                  change({
                    method: 'DELETE',
                    path: API_ROUTES.invitation(invitation.id),
                    body: {},
                    schema: z.unknown(),
                  })
                }
              >
                <p>
                  <Untrusted
                    text={t('takeBackText', { email: invitation.email })}
                    className="wrap-anywhere"
                  />
                </p>
              </ConfirmAction>
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
