'use client';

import { StatusDot, type Tone } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { useLiveStatus } from '../../lib/live/live-provider.tsx';
import type { LiveStatus } from '../../lib/live/stream.ts';

const TONE: Readonly<Record<LiveStatus, Tone>> = { connecting: 'neutral', live: 'ok', lost: 'warn' };
const KEY = { connecting: 'liveConnecting', live: 'live', lost: 'liveLost' } as const;

export function LiveIndicator() {
  const t = useTranslations('shell');
  const status = useLiveStatus();
  return (
    <span
      role="status"
      title={t(status === 'lost' ? 'liveLostHint' : 'liveHint')}
      className="px-1 text-[0.93rem] text-muted"
    >
      <StatusDot tone={TONE[status]}>{t(KEY[status])}</StatusDot>
    </span>
  );
}
