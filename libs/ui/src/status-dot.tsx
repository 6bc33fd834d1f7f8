import type { ReactNode } from 'react';
import { cn } from './cn.ts';
import type { Tone } from './tone.ts';

const DOT: Readonly<Record<Tone, string>> = {
  neutral: 'border-line-strong bg-transparent',
  accent: 'border-accent bg-accent',
  ok: 'border-ok bg-ok',
  warn: 'border-warn bg-warn',
  bad: 'border-bad bg-bad',
};

/** A dot with its word: `neutral` is hollow, so that it differs without colour too. */
export function StatusDot({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <span aria-hidden="true" className={cn('size-2 shrink-0 rounded-full border-[1.5px]', DOT[tone])} />
      {children}
    </span>
  );
}
