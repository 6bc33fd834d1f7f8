'use client';

import { accountView, API_ROUTES, type AccountView, type GroupView } from '@trustfleet/api';
import { Button, Dialog, Untrusted, visibleText } from '@trustfleet/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { change } from '../../lib/api/browser.ts';
import { AccessFields, isWhole, type Access } from './access-fields.tsx';

interface FormProps {
  readonly account: AccountView;
  readonly groups: readonly GroupView[];
  readonly onDone: () => void;
}

function ChangeForm({ account, groups, onDone }: FormProps) {
  const t = useTranslations();
  const client = useQueryClient();
  const [access, setAccess] = useState<Access>({ role: account.role, groups: account.groups });
  const [incomplete, setIncomplete] = useState(false);
  const saving = useMutation({
    mutationFn: (body: Access) =>
      change({ method: 'PATCH', path: API_ROUTES.account(account.id), body, schema: accountView }),
    onSuccess: () => {
      void client.invalidateQueries();
      onDone();
    },
  });
  return (
    <div className="flex flex-col gap-5">
      {saving.error !== null && <ProblemNotice problem={problemOf(saving.error)} />}
      <AccessFields access={access} groups={groups} onAccess={setAccess} incomplete={incomplete} />
      <p className="text-[0.93rem] text-muted">{t('accounts.changeText')}</p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>{t('action.back')}</Button>
        <Button
          variant="primary"
          disabled={saving.isPending}
          onClick={() => {
            setIncomplete(!isWhole(access));
            if (isWhole(access)) saving.mutate(access);
          }}
        >
          {t(saving.isPending ? 'common.saving' : 'common.save')}
        </Button>
      </div>
    </div>
  );
}

/** Another role or other groups for somebody. */
export function ChangeDialog({ account, groups }: Omit<FormProps, 'onDone'>) {
  const t = useTranslations();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        size="sm"
        aria-label={t('accounts.changeNamed', { name: visibleText(account.name, 80) })}
        onClick={() => {
          setOpen(true);
        }}
      >
        {t('accounts.change')}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={<Untrusted text={account.name} />}
        description={<Untrusted text={account.email} />}
        closeLabel={t('common.close')}
      >
        <ChangeForm
          account={account}
          groups={groups}
          onDone={() => {
            setOpen(false);
          }}
        />
      </Dialog>
    </>
  );
}
