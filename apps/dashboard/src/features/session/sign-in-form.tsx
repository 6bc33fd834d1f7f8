'use client';

import { Button, Field, FieldInput, Notice } from '@trustfleet/ui';
import { useState, type SubmitEvent } from 'react';
import { useTranslations } from 'use-intl';
import type { Problem } from '@trustfleet/api';
import { problemOf, useProblemWords } from '../../components/problem-panel.tsx';
import { formText } from './form-text.ts';
import { safeNext, signIn } from './sign-in.ts';

function useSignInWords(): (problem: Problem) => string {
  const t = useTranslations('signIn');
  const words = useProblemWords();
  return (problem) => {
    if (problem.code === 'accountDisabled') return t('disabled');
    if (problem.code === 'signInFailed') return t('wrong');
    return problem.code === 'tooManyTries' ? t('tooMany') : words(problem);
  };
}

export function SignInForm({ next }: { readonly next: string | undefined }) {
  const t = useTranslations('signIn');
  const words = useSignInWords();
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const submit = async (form: FormData): Promise<void> => {
    setWorking(true);
    setFailure(null);
    try {
      await signIn({ email: formText(form, 'email'), password: formText(form, 'password') });
      window.location.assign(safeNext(next));
    } catch (error) {
      setFailure(words(problemOf(error)));
      setWorking(false);
    }
  };
  const onSubmit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void submit(new FormData(event.currentTarget));
  };
  return (
    <form method="post" onSubmit={onSubmit} className="flex flex-col gap-4">
      {failure !== null && <Notice tone="bad" role="alert" title={failure} />}
      <Field label={t('email')}>
        <FieldInput name="email" type="email" autoComplete="username" required autoFocus />
      </Field>
      <Field label={t('password')}>
        <FieldInput name="password" type="password" autoComplete="current-password" required />
      </Field>
      <Button type="submit" variant="primary" disabled={working}>
        {t(working ? 'working' : 'submit')}
      </Button>
    </form>
  );
}
