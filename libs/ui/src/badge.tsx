import type { ReactNode } from 'react';
import { cn } from './cn.ts';
import { TONE_SOFT, type Tone } from './tone.ts';

export interface BadgeProps {
  readonly tone?: Tone;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

export function Badge({ tone = 'neutral', icon, children, className }: BadgeProps) {
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1 rounded px-1.5 py-0.5 text-[0.86rem] leading-tight font-medium whitespace-nowrap has-[bdi]:whitespace-normal',
        TONE_SOFT[tone],
        className,
      )}
    >
      {icon}
      {children}
    </span>
  );
}
