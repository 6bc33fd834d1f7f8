'use client';

import type { OrderView } from '@trustfleet/api';
import { Badge, type Tone } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';

type Mode = OrderView['mode'];

const WORDS = { plan: 'modePlan', apply: 'modeApply', undo: 'modeUndo' } as const;
const TONE: Readonly<Record<Mode, Tone>> = { plan: 'neutral', apply: 'accent', undo: 'warn' };

export function ModeBadge({ mode }: { readonly mode: Mode }) {
  const t = useTranslations('order');
  return <Badge tone={TONE[mode]}>{t(WORDS[mode])}</Badge>;
}
