'use client';

import { API_ROUTES, createdInvitation, createInvitation, type GroupView } from '@trustfleet/api';
import { Button, Dialog, Field, FieldInput, Notice, Untrusted } from '@trustfleet/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import { useFormatter, useTranslations } from 'use-intl';
import { CopyBlock } from '../../components/copyable.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { post } from '../../lib/api/browser.ts';
import { AccessFields, isWhole, type Access } from './access-fields.tsx';

interface Wanted extends Access {
  readonly email: string;
}

interface FormProps {
  readonly groups: readonly GroupView[];
  readonly failure: Error | null;
  readonly sending: boolean;
  readonly onSend: (wanted: Wanted) => void;
}

function InviteForm({ groups, failure, sending, onSend }: FormProps) {
  const t = useTranslations('accounts');
  const [email, setEmail] = useState('');
  const [access, setAccess] = useState<Access>({ role: 'viewer', groups: 'all' });
  const [wrong, setWrong] = useState({ email: false, groups: false });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const valid = createInvitation.shape.email.safeParse(email.trim()).success;
    setWrong({ email: !valid, groups: !isWhole(access) });
    if (valid && isWhole(access)) onSend({ ...access, email: email.trim() });
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-5">
      {failure !== null && <ProblemNotice problem={problemOf(failure)} />}
      <Field label={t('email')} error={wrong.email ? t('emailWrong') : null}>
        <FieldInput
          name="email"
          type="email"
          autoComplete="off"
          required
          maxLength={200}
          value={email}
          onChange={(event) => {
            setEmail(event.target.value);
          }}
        />
      </Field>
      <AccessFields access={access} groups={groups} onAccess={setAccess} incomplete={wrong.groups} />
      <Button type="submit" variant="primary" disabled={sending}>
        {t(sending ? 'making' : 'make')}
      </Button>
    </form>
  );
}

/** Makes the link by which somebody comes in, and shows it once. */
export function InviteDialog({ groups }: { readonly groups: readonly GroupView[] }) {
  const t = useTranslations();
  const format = useFormatter();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const making = useMutation({
    mutationFn: (body: Wanted) => post({ path: API_ROUTES.invitations, body, schema: createdInvitation }),
    onSuccess: () => {
      void client.invalidateQueries();
    },
  });
  const change = (next: boolean): void => {
    setOpen(next);
    if (!next) making.reset();
  };
  return (
    <>
      <Button
        variant="primary"
        onClick={() => {
          change(true);
        }}
      >
        <UserPlus aria-hidden="true" className="size-4" />
        {t('accounts.invite')}
      </Button>
      <Dialog
        open={open}
        onOpenChange={change}
        title={t('accounts.invite')}
        description={t('accounts.inviteText')}
        closeLabel={t('common.close')}
      >
        {making.data ? (
          <div className="flex flex-col gap-4">
            <Notice
              tone="ok"
              role="status"
              title={<Untrusted text={t('accounts.linkMade', { email: making.data.email })} />}
            >
              {t('accounts.linkText', {
                time: format.dateTime(new Date(making.data.expiresAt), {
                  dateStyle: 'medium',
                  timeStyle: 'short',
                }),
              })}
            </Notice>
            <CopyBlock label={t('accounts.link')} text={making.data.url} />
          </div>
        ) : (
          <InviteForm
            groups={groups}
            failure={making.error}
            sending={making.isPending}
            onSend={making.mutate}
          />
        )}
      </Dialog>
    </>
  );
}
