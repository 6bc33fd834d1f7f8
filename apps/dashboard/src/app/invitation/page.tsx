import { inspectInvitation } from '@trustfleet/api';
import type { Metadata } from 'next';
import { Notice } from '@trustfleet/ui';
import { FormPage } from '../../features/session/form-page.tsx';
import { InvitationForm } from '../../features/session/invitation-form.tsx';
import { getTranslations } from '../../lib/i18n/server.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations())('invitation.title') };
}

export default async function InvitationPage({
  searchParams,
}: {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const t = await getTranslations();
  // A link that was cut off on its way still has a token, and not all of it.
  const token = inspectInvitation.shape.token.safeParse((await searchParams)['token']).data ?? null;
  return (
    <FormPage title={t('invitation.title')}>
      {token === null ? (
        <Notice tone="warn" title={t('setup.noTokenTitle')}>
          {t('invitation.noToken')}
        </Notice>
      ) : (
        <InvitationForm token={token} />
      )}
    </FormPage>
  );
}
