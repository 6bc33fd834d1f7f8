'use client';

import { API_ROUTES } from '@trustfleet/api';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import { post } from '../../lib/api/browser.ts';
import { NewAccountForm } from './new-account.tsx';
import { useTokenLeavesAddress } from './token-leaves-address.ts';

export function SetupForm({ token }: { readonly token: string }) {
  const t = useTranslations('setup');
  useTokenLeavesAddress('/setup');
  return (
    <NewAccountForm
      email={null}
      submitLabel={t('submit')}
      create={async (account) => {
        await post({ path: API_ROUTES.setupStatus, body: { token, ...account }, schema: z.unknown() });
      }}
    >
      <p className="text-muted">{t('intro')}</p>
    </NewAccountForm>
  );
}
