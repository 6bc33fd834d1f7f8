'use client';

import { Button, Field, FieldInput, Notice, visibleText } from '@trustfleet/ui';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { useTranslations } from 'use-intl';
import { problemOf, useProblemWords } from '../../components/problem-panel.tsx';
import { formText } from './form-text.ts';
import { signIn } from './sign-in.ts';

const MIN_PASSWORD = 12;

interface Failure {
  readonly where: 'form' | 'password';
  readonly text: string;
}

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export interface NewAccountFormProps {
  /** Known beforehand, or to be filled in. */
  readonly email: string | null;
  readonly create: (account: NewAccount) => Promise<void>;
  readonly submitLabel: string;
  readonly children?: ReactNode;
}

/** Makes the account, signs in with it and goes to the overview. */
function useNewAccount({ email, create }: Pick<NewAccountFormProps, 'email' | 'create'>) {
  const t = useTranslations('setup');
  const words = useProblemWords();
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const submit = async (form: FormData): Promise<void> => {
    const account = {
      name: formText(form, 'name'),
      email: email ?? formText(form, 'email'),
      password: formText(form, 'password'),
    };
    if (account.password.length < MIN_PASSWORD) {
      setFailure({ where: 'password', text: t('passwordShort', { count: account.password.length }) });
      return;
    }
    setWorking(true);
    setFailure(null);
    try {
      await create(account);
      await signIn(account);
      window.location.assign('/');
    } catch (error) {
      setFailure({ where: 'form', text: words(problemOf(error)) });
      setWorking(false);
    }
  };
  return { working, failure, submit };
}

export function NewAccountForm({ email, create, submitLabel, children }: NewAccountFormProps) {
  const t = useTranslations('setup');
  const { working, failure, submit } = useNewAccount({ email, create });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void submit(new FormData(event.currentTarget));
  };
  return (
    <form method="post" onSubmit={onSubmit} className="flex flex-col gap-4">
      {children}
      {failure?.where === 'form' && <Notice tone="bad" role="alert" title={failure.text} />}
      <Field label={t('name')}>
        <FieldInput name="name" autoComplete="name" required maxLength={100} autoFocus />
      </Field>
      <Field label={t('email')}>
        <FieldInput
          name="email"
          type="email"
          autoComplete="username"
          required
          maxLength={200}
          {...(email === null ? {} : { readOnly: true, defaultValue: visibleText(email) })}
        />
      </Field>
      <Field
        label={t('password')}
        hint={t('passwordHint')}
        error={failure?.where === 'password' ? failure.text : null}
      >
        <FieldInput name="password" type="password" autoComplete="new-password" required maxLength={200} />
      </Field>
      <Button type="submit" variant="primary" disabled={working}>
        {working ? t('working') : submitLabel}
      </Button>
    </form>
  );
}
