import type { ReactNode } from 'react';
import { cn } from './cn.ts';

export interface CardProps {
  readonly title?: ReactNode;
  /** Sentence under the title. */
  readonly description?: ReactNode;
  /** Buttons or links at the title's end. */
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
  readonly className?: string;
  /** Content that brings its own edges, such as a table. */
  readonly flush?: boolean;
  /** Level of the heading; the page's own is 1. */
  readonly level?: 2 | 3;
}

export function Card({
  title,
  description,
  actions,
  children,
  className,
  flush = false,
  level = 2,
}: CardProps) {
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section className={cn('min-w-0 rounded-lg border border-line bg-surface shadow-card', className)}>
      {title !== undefined && (
        <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-2.5">
          <div className="min-w-0">
            <Heading className="font-semibold">{title}</Heading>
            {description !== undefined && <p className="mt-0.5 text-[0.93rem] text-muted">{description}</p>}
          </div>
          {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      {children !== undefined && <div className={flush ? '' : 'p-4'}>{children}</div>}
    </section>
  );
}
