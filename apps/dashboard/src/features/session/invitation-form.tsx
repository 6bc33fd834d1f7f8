'use client';

import { API_ROUTES, invitationStatus, type Problem } from '@trustfleet/api';
import { Fact, Facts, Notice, Skeleton, Untrusted } from '@trustfleet/ui';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import { Ago } from '../../components/ago.tsx';
import { problemOf, useProblemWords } from '../../components/problem-panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { post } from '../../lib/api/browser.ts';
import { NewAccountForm } from './new-account.tsx';
import { useTokenLeavesAddress } from './token-leaves-address.ts';

type Invitation = z.infer<typeof invitationStatus>;
type Answer =
  | { readonly kind: 'asking' }
  | { readonly kind: 'works'; readonly invitation: Invitation }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** What the link is for, as the server says. */
function useInvitation(token: string): Answer {
  const [answer, setAnswer] = useState<Answer>({ kind: 'asking' });
  useEffect(() => {
    let gone = false;
    const take = (next: Answer): void => {
      if (!gone) setAnswer(next);
    };
    post({ path: API_ROUTES.inspectInvitation, body: { token }, schema: invitationStatus }).then(
      (invitation) => {
        take({ kind: 'works', invitation });
      },
      (error: unknown) => {
        take({ kind: 'refused', problem: problemOf(error) });
      },
    );
    return () => {
      gone = true;
    };
  }, [token]);
  return answer;
}

function InvitedAs({ invitation }: { readonly invitation: Invitation }) {
  const t = useTranslations();
  return (
    <Facts>
      <Fact name={t('invitation.for')}>
        <Untrusted text={invitation.email} className="wrap-anywhere" />
      </Fact>
      <Fact name={t('invitation.as')}>
        <span className="font-medium">{t(`roles.${invitation.role}.name`)}</span>
        <span className="block text-[0.93rem] text-muted">{t(`roles.${invitation.role}.text`)}</span>
      </Fact>
      <Fact name={t('invitation.until')}>
        <Ago at={invitation.expiresAt} />
      </Fact>
    </Facts>
  );
}

/** An invited person's way in: who is invited as what, a name and a password. */
export function InvitationForm({ token }: { readonly token: string }) {
  const t = useTranslations();
  const words = useProblemWords();
  const answer = useInvitation(token);
  useTokenLeavesAddress('/invitation');
  if (answer.kind === 'asking') return <Skeleton label={t('common.loading')} rows={4} />;
  if (answer.kind === 'refused')
    return (
      <Notice
        tone="bad"
        role="alert"
        title={t('invitation.refusedTitle')}
        actions={<TextLink href="/sign-in">{t('setup.toSignIn')}</TextLink>}
      >
        {words(answer.problem)}
      </Notice>
    );
  return (
    <NewAccountForm
      email={answer.invitation.email}
      submitLabel={t('invitation.submit')}
      create={async ({ name, password }) => {
        await post({
          path: API_ROUTES.acceptInvitation,
          body: { token, name, password },
          schema: z.unknown(),
        });
      }}
    >
      <InvitedAs invitation={answer.invitation} />
    </NewAccountForm>
  );
}
