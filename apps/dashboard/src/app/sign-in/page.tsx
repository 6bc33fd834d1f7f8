import type { Metadata } from 'next';
import { Notice } from '@trustfleet/ui';
import { FormPage } from '../../features/session/form-page.tsx';
import { SignInForm } from '../../features/session/sign-in-form.tsx';
import { ApiProblem } from '../../lib/api/problem.ts';
import { reads } from '../../lib/api/reads.ts';
import { readAs } from '../../lib/data/read.ts';
import { getTranslations } from '../../lib/i18n/server.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations())('signIn.title') };
}

export default async function SignInPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const t = await getTranslations();
  const { next } = await searchParams;
  // Signing in itself will say it when the server is away.
  const setup = await readAs(reads.setupStatus).catch((error: unknown) => {
    if (error instanceof ApiProblem) return { needed: false };
    throw error;
  });
  return (
    <FormPage title={t('signIn.title')}>
      {setup.needed && (
        <Notice tone="accent" title={t('signIn.setupNeededTitle')} className="mb-4">
          {t('signIn.setupNeeded')}
        </Notice>
      )}
      <SignInForm next={typeof next === 'string' ? next : undefined} />
    </FormPage>
  );
}
