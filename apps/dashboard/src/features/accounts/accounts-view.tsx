'use client';

import { Card, Skeleton } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { PageHeader } from '../../components/page-header.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import { GroupsCard } from './groups-card.tsx';
import { InvitationTable } from './invitation-table.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { PeopleTable } from './people-table.tsx';

/** Who may come in, as what, and with which hosts. */
export function AccountsView() {
  const t = useTranslations('accounts');
  const common = useTranslations('common');
  const accounts = useRead(reads.accounts);
  const { data: groupPage, error: groupError } = useRead(reads.groups);
  const groups = groupPage?.items ?? [];
  const error = accounts.error ?? groupError;
  const { data } = accounts;
  return (
    <>
      <PageHeader title={t('title')} actions={<InviteDialog groups={groups} />} />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void accounts.refetch()} />}
      {data === undefined && error === null && (
        <Card flush>
          <Skeleton label={common('loading')} />
        </Card>
      )}
      {data && (
        <div className="flex flex-col gap-5">
          <Card title={t('people')} flush>
            <PeopleTable accounts={data.accounts} groups={groups} />
          </Card>
          <Card title={t('invitations')} flush={data.invitations.length > 0}>
            {data.invitations.length > 0 ? (
              <InvitationTable invitations={data.invitations} groups={groups} />
            ) : (
              <p className="text-muted">{t('noInvitations')}</p>
            )}
          </Card>
          <GroupsCard groups={groups} />
        </div>
      )}
    </>
  );
}
