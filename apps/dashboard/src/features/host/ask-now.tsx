'use client';

import { API_ROUTES, type HostDetail } from '@trustfleet/api';
import { Button } from '@trustfleet/ui';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import { useProblemWords, problemOf } from '../../components/problem-panel.tsx';
import { post } from '../../lib/api/browser.ts';

/** Has a connected host try its endpoints now; what comes of it is its next report. */
export function AskNow({ host }: { readonly host: HostDetail }) {
  const t = useTranslations('host');
  const words = useProblemWords();
  const asking = useMutation({
    mutationFn: () =>
      post({ path: API_ROUTES.requestOfHost(host.id), body: { what: 'probe' }, schema: z.unknown() }),
  });
  if (host.presence === 'offline' || host.revokedAt !== null) return null;
  return (
    <>
      <span role="status" className="text-[0.93rem] text-muted">
        {asking.isSuccess && t('probeAsked')}
        {asking.error !== null && words(problemOf(asking.error))}
      </span>
      <Button
        disabled={asking.isPending}
        onClick={() => {
          asking.mutate();
        }}
      >
        {t('probeNow')}
      </Button>
    </>
  );
}
