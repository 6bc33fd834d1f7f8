import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from './cn.ts';

/** Classes of a button, for a link that looks like one. */
export const buttonClass = cva(
  'inline-flex shrink-0 cursor-pointer items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors has-[bdi]:h-auto has-[bdi]:shrink has-[bdi]:py-1 has-[bdi]:whitespace-normal disabled:cursor-not-allowed disabled:border-line disabled:bg-sunken disabled:text-muted',
  {
    variants: {
      variant: {
        primary: 'border-transparent bg-accent text-on-accent hover:opacity-90',
        secondary: 'border-line-strong bg-surface text-text hover:bg-sunken',
        danger: 'border-bad bg-surface text-bad hover:bg-bad-soft',
        ghost: 'border-transparent bg-transparent text-text hover:bg-sunken',
      },
      size: { sm: 'h-7 px-2 text-[0.93rem]', md: 'h-9 px-3.5', icon: 'size-8 p-0' },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
);

export type ButtonProps = ComponentProps<'button'> & VariantProps<typeof buttonClass>;

export function Button({ className, variant, size, type = 'button', ...props }: ButtonProps) {
  return <button type={type} className={cn(buttonClass({ variant, size }), className)} {...props} />;
}
