import { cn } from '@trustfleet/ui';
import Link from 'next/link';
import type { ComponentProps } from 'react';

/** Underlined, so that a link differs from text by more than colour. Pages are read when they are opened, not before. */
export function TextLink({ className, ...props }: ComponentProps<typeof Link>) {
  return (
    <Link
      prefetch={false}
      className={cn(
        'text-accent underline decoration-accent/40 underline-offset-2 hover:decoration-accent',
        className,
      )}
      {...props}
    />
  );
}
