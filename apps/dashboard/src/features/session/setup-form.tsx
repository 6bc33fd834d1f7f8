'use client';

import { API_ROUTES } from '@trustfleet/api';
import { Button, Field, FieldInput, Notice } from '@trustfleet/ui';
import { useEffect, useState, type SubmitEvent } from 'react';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import { post } from '../../lib/api/browser.ts';
import { problemOf, useProblemWords } from '../../components/problem-panel.tsx';
import { formText } from './form-text.ts';
import { signIn } from './sign-in.ts';

const MIN_PASSWORD = 12;

interface Failure {
  readonly where: 'form' | 'password';
  readonly text: string;
}

function useSetup(token: string) {
  const t = useTranslations('setup');
  const words = useProblemWords();
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const submit = async (form: FormData): Promise<void> => {
    const [name, email, password] = [
      formText(form, 'name'),
      formText(form, 'email'),
      formText(form, 'password'),
    ];
    if (password.length < MIN_PASSWORD) {
      setFailure({ where: 'password', text: t('passwordShort', { count: password.length }) });
      return;
    }
    setWorking(true);
    setFailure(null);
    try {
      await post({
        path: API_ROUTES.setupStatus,
        body: { token, name, email, password },
        schema: z.unknown(),
      });
      await signIn({ email, password });
      window.location.assign('/');
    } catch (error) {
      setFailure({ where: 'form', text: words(problemOf(error)) });
      setWorking(false);
    }
  };
  return { working, failure, submit };
}

export function SetupForm({ token }: { readonly token: string }) {
  const t = useTranslations('setup');
  const { working, failure, submit } = useSetup(token);
  useEffect(() => {
    // The token leaves the address bar and with it the browser's history.
    window.history.replaceState(null, '', '/setup');
  }, []);
  const onSubmit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void submit(new FormData(event.currentTarget));
  };
  return (
    <form method="post" onSubmit={onSubmit} className="flex flex-col gap-4">
      <p className="text-muted">{t('intro')}</p>
      {failure?.where === 'form' && <Notice tone="bad" role="alert" title={failure.text} />}
      <Field label={t('name')}>
        <FieldInput name="name" autoComplete="name" required maxLength={100} autoFocus />
      </Field>
      <Field label={t('email')}>
        <FieldInput name="email" type="email" autoComplete="username" required maxLength={200} />
      </Field>
      <Field
        label={t('password')}
        hint={t('passwordHint')}
        error={failure?.where === 'password' ? failure.text : null}
      >
        <FieldInput name="password" type="password" autoComplete="new-password" required maxLength={200} />
      </Field>
      <Button type="submit" variant="primary" disabled={working}>
        {t(working ? 'working' : 'submit')}
      </Button>
    </form>
  );
}
