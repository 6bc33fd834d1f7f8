'use client';

import { API_ROUTES, type HostDetail, type HostSettingView } from '@trustfleet/api';
import { Button, Card, FilterSelect, StatusDot, Untrusted, visibleText, type Tone } from '@trustfleet/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import { Ago } from '../../components/ago.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { ReasonAction } from '../../components/reason-action.tsx';
import { post } from '../../lib/api/browser.ts';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';

function GroupCard({ host }: { readonly host: HostDetail }) {
  const t = useTranslations('host');
  const client = useQueryClient();
  const { data, error } = useRead(reads.groups);
  const [chosen, setChosen] = useState(host.group.id);
  const moving = useMutation({
    mutationFn: (groupId: string) =>
      post({ path: API_ROUTES.hostGroup(host.id), body: { groupId }, schema: z.unknown() }),
    onSuccess: () => client.invalidateQueries(),
  });
  const failure = error ?? moving.error;
  const groups = data?.items ?? [host.group];
  return (
    <Card title={t('groupTitle')} description={t('groupText')}>
      <div className="flex flex-col gap-3">
        {failure !== null && <ProblemNotice problem={problemOf(failure)} />}
        <div className="flex flex-wrap items-center gap-3">
          <FilterSelect
            label={t('groupTitle')}
            value={chosen}
            className="max-w-full"
            options={groups.map(({ id, name }) => ({ value: id, label: visibleText(name, 80) }))}
            onPick={setChosen}
          />
          <Button
            disabled={moving.isPending || chosen === host.group.id}
            onClick={() => {
              moving.mutate(chosen);
            }}
          >
            {t('move')}
          </Button>
          <span role="status" className="text-[0.93rem] text-muted">
            {moving.isSuccess && chosen === host.group.id ? t('moved') : ''}
          </span>
        </div>
      </div>
    </Card>
  );
}

const STATE_TONE: Readonly<Record<HostSettingView['state'], Tone>> = {
  pending: 'accent',
  kept: 'ok',
  reverted: 'warn',
};

function SettingRow({ setting }: { readonly setting: HostSettingView }) {
  const t = useTranslations('host');
  return (
    <li className="flex flex-col gap-0.5 py-2">
      <span className="flex flex-wrap items-baseline gap-x-3">
        <StatusDot tone={STATE_TONE[setting.state]}>{t(`settingStates.${setting.state}`)}</StatusDot>
        <span className="text-muted">
          {setting.newSecret && t('newCredential')}
          {setting.newSecret && setting.address !== null && ' · '}
          {setting.address !== null && <Untrusted text={setting.address} className="wrap-anywhere" />}
        </span>
        <span className="ms-auto text-[0.93rem] text-muted">
          <Untrusted text={setting.createdBy} /> · <Ago at={setting.finishedAt ?? setting.createdAt} />
        </span>
      </span>
      {setting.detail !== null && (
        <span className="text-[0.93rem] text-muted">
          <Untrusted text={setting.detail} className="wrap-anywhere" />
        </span>
      )}
    </li>
  );
}

function CredentialCard({ host }: { readonly host: HostDetail }) {
  const t = useTranslations('host');
  const { data, error } = useRead(reads.hostSettings(host.id));
  const settings = data?.items ?? [];
  return (
    <Card title={t('credentialTitle')} description={t('credentialText')}>
      <div className="flex flex-col items-start gap-3">
        {error !== null && <ProblemNotice problem={problemOf(error)} />}
        {settings.length > 0 && (
          <ul aria-live="polite" className="w-full divide-y divide-line">
            {settings.map((setting) => (
              <SettingRow key={setting.id} setting={setting} />
            ))}
          </ul>
        )}
        {host.revokedAt === null && settings[0]?.state !== 'pending' && (
          <ReasonAction
            label={t('rotate')}
            title={t('rotate')}
            confirm={t('rotate')}
            send={(reason) =>
              post({
                path: API_ROUTES.hostSettings(host.id),
                body: { newSecret: true, reason },
                schema: z.unknown(),
              })
            }
          >
            <p>{t('rotateText')}</p>
          </ReasonAction>
        )}
      </div>
    </Card>
  );
}

function RevokeCard({ host }: { readonly host: HostDetail }) {
  const t = useTranslations('host');
  return (
    <Card title={t('revokeTitle')} description={t('revokeText')}>
      <ReasonAction
        label={t('revoke')}
        title={t('revokeConfirmTitle')}
        confirm={t('revoke')}
        typed={host.name}
        variant="danger"
        send={(reason) =>
          post({ path: API_ROUTES.revokeHost(host.id), body: { reason }, schema: z.unknown() })
        }
      >
        <p>{t('revokeConfirmText')}</p>
      </ReasonAction>
    </Card>
  );
}

/** What an administrator may do with a host itself. */
export function ManageTab({ host }: { readonly host: HostDetail }) {
  return (
    <div className="flex max-w-3xl flex-col gap-5">
      <GroupCard host={host} />
      <CredentialCard host={host} />
      {host.revokedAt === null && <RevokeCard host={host} />}
    </div>
  );
}
