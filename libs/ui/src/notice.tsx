import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from './cn.ts';
import { TONE_TEXT, type Tone } from './tone.ts';

const ICON = { neutral: Info, accent: Info, ok: CircleCheck, warn: TriangleAlert, bad: CircleAlert } as const;
const EDGE: Readonly<Record<Tone, string>> = {
  neutral: 'border-line bg-surface',
  accent: 'border-accent/40 bg-accent-soft',
  ok: 'border-ok/40 bg-ok-soft',
  warn: 'border-warn/40 bg-warn-soft',
  bad: 'border-bad/40 bg-bad-soft',
};

export interface NoticeProps {
  readonly tone: Tone;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** `alert` interrupts a screen reader: for what went wrong just now. */
  readonly role?: 'alert' | 'status' | 'note';
  readonly className?: string;
}

export function Notice({ tone, title, children, actions, role = 'note', className }: NoticeProps) {
  const Icon = ICON[tone];
  return (
    <div role={role} className={cn('flex gap-3 rounded-lg border px-4 py-3', EDGE[tone], className)}>
      <Icon aria-hidden="true" className={cn('mt-0.5 size-4 shrink-0', TONE_TEXT[tone])} />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        {children !== undefined && <div className="mt-1 text-[0.95rem]">{children}</div>}
        {actions !== undefined && <div className="mt-2.5 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}
