'use client';

import type { JobState } from '@trustfleet/api';
import { Badge, type Tone } from '@trustfleet/ui';
import { Ban, Check, CircleAlert, Clock, EyeOff, Loader } from 'lucide-react';
import { useTranslations } from 'use-intl';

const GOOD: readonly JobState[] = ['verified', 'alreadyCompliant', 'planned'];
const WAITING: readonly JobState[] = ['queued', 'heldOffline', 'waiting'];
const AT_WORK: readonly JobState[] = ['offered', 'planning', 'applying', 'verifying', 'baking', 'retrying'];
const NEUTRAL_END: readonly JobState[] = [
  'superseded',
  'cancelled',
  'halted',
  'hostRemoved',
  'notApplicable',
  'deliveryExpired',
];
const OWNER_DECIDES: readonly JobState[] = ['notPermitted', 'incompatible'];

const ICONS = {
  ok: Check,
  neutral: Clock,
  accent: Loader,
  bad: CircleAlert,
  warn: EyeOff,
  end: Ban,
} as const;

/** rollouts.md's table: what counts as a failure is red, what a person must permit is amber. */
export function jobTone(state: JobState): { readonly tone: Tone; readonly icon: keyof typeof ICONS } {
  if (GOOD.includes(state)) return { tone: 'ok', icon: 'ok' };
  if (WAITING.includes(state)) return { tone: 'neutral', icon: 'neutral' };
  if (AT_WORK.includes(state)) return { tone: 'accent', icon: 'accent' };
  if (NEUTRAL_END.includes(state)) return { tone: 'neutral', icon: 'end' };
  if (OWNER_DECIDES.includes(state)) return { tone: 'warn', icon: 'warn' };
  return { tone: 'bad', icon: 'bad' };
}

export function JobStateBadge({ state }: { readonly state: JobState }) {
  const t = useTranslations('jobs.states');
  const { tone, icon } = jobTone(state);
  const Icon = ICONS[icon];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden="true" className="size-3.5" />}>
      {t(state)}
    </Badge>
  );
}
