'use client';

import { API_ROUTES, type HostDetail } from '@trustfleet/api';
import { Notice } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import { Moment } from '../../components/ago.tsx';
import { ReasonAction } from '../../components/reason-action.tsx';
import { post } from '../../lib/api/browser.ts';
import { useDuration } from '../../lib/i18n/use-duration.ts';
import { May } from '../../lib/permissions/may.tsx';

/** Where no policy says when a clock is wrong: as of here certificates of short life are in doubt. */
const CLOCK_LIMIT_MS = 300_000;

function RevokedBanner({ at }: { readonly at: string }) {
  const t = useTranslations('host');
  return (
    <Notice tone="bad" title={t.rich('revokedTitleRich', { time: () => <Moment key="at" at={at} /> })}>
      {t('revokedText')}
    </Notice>
  );
}

const WORDS = {
  cloned: { title: 'clonedTitle', text: 'clonedText', todo: 'clonedTodo' },
  refused: { title: 'refusedTitle', text: 'refusedText', todo: 'refusedTodo' },
} as const;

function QuarantineBanner({
  host,
  quarantine,
}: {
  readonly host: HostDetail;
  readonly quarantine: NonNullable<HostDetail['quarantine']>;
}) {
  const t = useTranslations('host');
  const words = WORDS[quarantine.reason];
  return (
    <Notice
      tone="bad"
      title={t(words.title)}
      actions={
        <May needs="hosts.manage">
          <ReasonAction
            label={t('release')}
            title={t('releaseTitle')}
            confirm={t('release')}
            send={(reason) =>
              post({ path: API_ROUTES.releaseHost(host.id), body: { reason }, schema: z.unknown() })
            }
          >
            <p>{t('releaseText')}</p>
          </ReasonAction>
        </May>
      }
    >
      <p>{t(words.text)}</p>
      <p className="mt-1">{t(words.todo)}</p>
      <p className="mt-1 text-muted">
        {t.rich('heldSinceRich', { time: () => <Moment key="at" at={quarantine.since} /> })}
      </p>
    </Notice>
  );
}

function ClockBanner({ offsetMs }: { readonly offsetMs: number }) {
  const t = useTranslations('host');
  const duration = useDuration()(offsetMs);
  return (
    <Notice tone="warn" title={t(offsetMs > 0 ? 'clockAhead' : 'clockBehind', { duration })}>
      {t('clockText')}
    </Notice>
  );
}

/** The clock is wrong by a policy's measure, or by one that no policy needs to name. */
function wrongClock(host: HostDetail): number | null {
  const found = host.findings.some(({ subject, state }) => subject.kind === 'clock' && state === 'open');
  const offset = host.clockOffsetMs;
  return offset !== null && (found || Math.abs(offset) >= CLOCK_LIMIT_MS) ? offset : null;
}

/** What must be known of a host before anything else on its page. */
export function HostBanners({ host }: { readonly host: HostDetail }) {
  const offset = wrongClock(host);
  if (host.revokedAt === null && host.quarantine === null && offset === null) return null;
  return (
    <div className="mb-5 flex flex-col gap-3">
      {host.revokedAt !== null && <RevokedBanner at={host.revokedAt} />}
      {host.revokedAt === null && host.quarantine !== null && (
        <QuarantineBanner host={host} quarantine={host.quarantine} />
      )}
      {offset !== null && <ClockBanner offsetMs={offset} />}
    </div>
  );
}
