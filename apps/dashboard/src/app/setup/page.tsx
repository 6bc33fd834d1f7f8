import { setupRequest } from '@trustfleet/api';
import type { Metadata } from 'next';
import { Notice } from '@trustfleet/ui';
import { ProblemNotice } from '../../components/problem-panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { FormPage } from '../../features/session/form-page.tsx';
import { SetupForm } from '../../features/session/setup-form.tsx';
import { ApiProblem } from '../../lib/api/problem.ts';
import { reads } from '../../lib/api/reads.ts';
import { readAs } from '../../lib/data/read.ts';
import { getTranslations } from '../../lib/i18n/server.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations())('setup.title') };
}

/** A link that was cut off on its way still has a token, and not all of it. */
const whole = (token: string | string[] | undefined): string | null =>
  setupRequest.shape.token.safeParse(token).data ?? null;

export default async function SetupPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const t = await getTranslations();
  const token = whole((await searchParams)['token']);
  const status = await readAs(reads.setupStatus).catch((error: unknown) => {
    if (error instanceof ApiProblem) return error;
    throw error;
  });
  return (
    <FormPage title={t('setup.title')}>
      {status instanceof ApiProblem && <ProblemNotice problem={status.problem} />}
      {!(status instanceof ApiProblem) && !status.needed && (
        <Notice
          tone="neutral"
          title={t('setup.doneTitle')}
          actions={<TextLink href="/sign-in">{t('setup.toSignIn')}</TextLink>}
        >
          {t('setup.done')}
        </Notice>
      )}
      {!(status instanceof ApiProblem) && status.needed && token === null && (
        <Notice tone="warn" title={t('setup.noTokenTitle')}>
          {t('setup.noToken')}
        </Notice>
      )}
      {!(status instanceof ApiProblem) && status.needed && token !== null && <SetupForm token={token} />}
    </FormPage>
  );
}
