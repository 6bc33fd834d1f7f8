'use client';

import { API_ROUTES, createdEnrolmentToken, type CreatedEnrolmentToken } from '@trustfleet/api';
import { Button, Dialog, Field, FieldInput } from '@trustfleet/ui';
import { useMutation } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import { useFormatter, useTranslations } from 'use-intl';
import { CopyBlock } from '../../components/copyable.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { post } from '../../lib/api/browser.ts';

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

/** Makes an enrolment token and shows it, once, with the command that uses it. */
export function EnrolDialog({ variant = 'secondary' }: { readonly variant?: 'primary' | 'secondary' }) {
  const t = useTranslations('enrol');
  const common = useTranslations('common');
  const [open, setOpen] = useState(false);
  const make = useMutation({
    mutationFn: (body: { uses: number; expiresInHours: number }) =>
      post({ path: API_ROUTES.enrolmentTokens, body, schema: createdEnrolmentToken }),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    make.mutate({ uses: Number(form.get('uses')), expiresInHours: Number(form.get('hours')) });
  };
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
          <form onSubmit={submit} className="flex flex-col gap-4">
            {make.error !== null && <ProblemNotice problem={problemOf(make.error)} />}
            <div className="grid grid-cols-2 gap-4">
              <Field label={t('uses')}>
                <FieldInput name="uses" type="number" min={1} max={1000} defaultValue={1} required />
              </Field>
              <Field label={t('hours')}>
                <FieldInput name="hours" type="number" min={1} max={168} defaultValue={24} required />
              </Field>
            </div>
            <Button type="submit" variant="primary" disabled={make.isPending}>
              {t(make.isPending ? 'working' : 'make')}
            </Button>
          </form>
        )}
      </Dialog>
    </>
  );
}
