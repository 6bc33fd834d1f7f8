'use client';

import { Button, Untrusted, visibleText } from '@trustfleet/ui';
import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import { post } from '../../lib/api/browser.ts';
import { useReader } from '../../lib/permissions/reader.tsx';
import { useProblemWords, problemOf } from '../../components/problem-panel.tsx';

export function AccountBar() {
  const me = useReader();
  const t = useTranslations('shell');
  const roles = useTranslations('roles');
  const words = useProblemWords();
  const [failure, setFailure] = useState<string | null>(null);
  const signOut = async (): Promise<void> => {
    try {
      await post({ path: '/api/auth/sign-out', body: {}, schema: z.unknown() });
      // A full load, so that nothing of this account stays in memory.
      window.location.assign('/sign-in');
    } catch (error) {
      setFailure(words(problemOf(error)));
    }
  };
  return (
    <div className="flex max-w-full min-w-0 items-center gap-1 border-line lg:border-t lg:pt-3">
      <span
        title={t('signedInAs', { name: visibleText(me.email) })}
        className="flex min-w-0 flex-1 flex-col px-1 leading-tight"
      >
        <Untrusted text={me.name} className="block truncate" />
        <span className="truncate text-[0.86rem] text-muted">{roles(`${me.role}.name`)}</span>
      </span>
      <Button
        variant="ghost"
        size="icon"
        aria-label={t('signOut')}
        title={t('signOut')}
        onClick={() => void signOut()}
      >
        <LogOut aria-hidden="true" className="size-4" />
      </Button>
      {failure !== null && (
        <span role="alert" className="text-bad">
          {failure}
        </span>
      )}
    </div>
  );
}
