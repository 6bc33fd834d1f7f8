'use client';

import { API_ROUTES, createdEnrolmentToken, type CreatedEnrolmentToken } from '@trustfleet/api';
import { Button, Dialog, Field, FieldInput, FilterSelect, visibleText } from '@trustfleet/ui';
import { useMutation } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import { useFormatter, useTranslations } from 'use-intl';
import { CopyBlock } from '../../components/copyable.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { post } from '../../lib/api/browser.ts';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';

function TokenShown({ token }: { readonly token: CreatedEnrolmentToken }) {
  const t = useTranslations('enrol');
  const format = useFormatter();
  return (
    <div className="flex flex-col gap-3">
      <CopyBlock label={t('commandTitle')} text={token.command} />
      <CopyBlock label={t('token')} text={token.token} />
      <p className="text-muted">
        {t('expires', {
          uses: token.uses,
          time: format.dateTime(new Date(token.expiresAt), { dateStyle: 'medium', timeStyle: 'short' }),
        })}
      </p>
    </div>
  );
}

interface Wanted {
  readonly uses: number;
  readonly expiresInHours: number;
  readonly groupId?: string;
}

/** Only where there is more than one to choose from; empty: where new hosts go. */
function GroupChoice({ value, onGroup }: { readonly value: string; readonly onGroup: (id: string) => void }) {
  const t = useTranslations('enrol');
  const { data } = useRead(reads.groups);
  const groups = data?.items ?? [];
  if (groups.length < 2) return null;
  const usual = groups.find((group) => group.isDefault)?.id ?? '';
  return (
    <label className="flex flex-col gap-1">
      <span className="font-medium">{t('group')}</span>
      <FilterSelect
        label={t('group')}
        value={value === '' ? usual : value}
        className="w-full"
        options={groups.map(({ id, name }) => ({ value: id, label: visibleText(name, 80) }))}
        onPick={onGroup}
      />
    </label>
  );
}

interface FormProps {
  readonly failure: Error | null;
  readonly sending: boolean;
  readonly onSend: (wanted: Wanted) => void;
}

function TokenForm({ failure, sending, onSend }: FormProps) {
  const t = useTranslations('enrol');
  const [groupId, setGroupId] = useState('');
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onSend({
      uses: Number(form.get('uses')),
      expiresInHours: Number(form.get('hours')),
      ...(groupId === '' ? {} : { groupId }),
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {failure !== null && <ProblemNotice problem={problemOf(failure)} />}
      <div className="grid grid-cols-2 gap-4">
        <Field label={t('uses')}>
          <FieldInput name="uses" type="number" min={1} max={1000} defaultValue={1} required />
        </Field>
        <Field label={t('hours')}>
          <FieldInput name="hours" type="number" min={1} max={168} defaultValue={24} required />
        </Field>
      </div>
      <GroupChoice value={groupId} onGroup={setGroupId} />
      <Button type="submit" variant="primary" disabled={sending}>
        {t(sending ? 'working' : 'make')}
      </Button>
    </form>
  );
}

/** Makes an enrolment token and shows it, once, with the command that uses it. */
export function EnrolDialog({ variant = 'secondary' }: { readonly variant?: 'primary' | 'secondary' }) {
  const t = useTranslations('enrol');
  const common = useTranslations('common');
  const [open, setOpen] = useState(false);
  const make = useMutation({
    mutationFn: (body: Wanted) =>
      post({ path: API_ROUTES.enrolmentTokens, body, schema: createdEnrolmentToken }),
  });
  const change = (next: boolean): void => {
    setOpen(next);
    if (!next) make.reset();
  };
  return (
    <>
      <Button
        variant={variant}
        onClick={() => {
          change(true);
        }}
      >
        <Plus aria-hidden="true" className="size-4" />
        {t('open')}
      </Button>
      <Dialog
        open={open}
        onOpenChange={change}
        title={t('title')}
        description={t('text')}
        closeLabel={common('close')}
      >
        {make.data ? (
          <div className="flex flex-col gap-4">
            <TokenShown token={make.data} />
            <Button
              onClick={() => {
                make.reset();
              }}
            >
              {t('another')}
            </Button>
          </div>
        ) : (
          <TokenForm failure={make.error} sending={make.isPending} onSend={make.mutate} />
        )}
      </Dialog>
    </>
  );
}
