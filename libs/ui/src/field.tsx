'use client';

import { Field as Base } from '@base-ui/react/field';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';

export const inputClass =
  'h-9 w-full rounded-md border border-line-strong bg-surface px-2.5 text-text placeholder:text-muted focus-visible:outline-offset-0 aria-invalid:border-bad disabled:bg-sunken disabled:text-muted';

export interface FieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** What is wrong and what to do; null while all is well. */
  readonly error?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

/** Label, control, hint and error, tied together for assistive technology. Put a `FieldInput`, `FieldText` or `FieldSelect` inside. */
export function Field({ label, hint, error = null, children, className }: FieldProps) {
  return (
    <Base.Root invalid={error !== null} className={cn('flex flex-col gap-1', className)}>
      <Base.Label className="font-medium">{label}</Base.Label>
      {children}
      {hint !== undefined && (
        <Base.Description className="text-[0.93rem] text-muted">{hint}</Base.Description>
      )}
      {error !== null && (
        <Base.Error match className="text-[0.93rem] font-medium text-bad">
          {error}
        </Base.Error>
      )}
    </Base.Root>
  );
}

export function FieldInput({ className, ...props }: ComponentProps<'input'>) {
  return <Base.Control render={<input className={cn(inputClass, className)} {...props} />} />;
}

export function FieldText({ className, ...props }: ComponentProps<'textarea'>) {
  return (
    <Base.Control render={<textarea className={cn(inputClass, 'h-auto py-2', className)} {...props} />} />
  );
}

export interface FilterSelectProps extends Omit<ComponentProps<'select'>, 'onChange'> {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onPick: (value: string) => void;
}

/** The platform's own list: works by keyboard, touch and screen reader alike. */
export function FilterSelect({ label, options, onPick, className, ...props }: FilterSelectProps) {
  return (
    <select
      aria-label={label}
      className={cn(inputClass, 'w-auto cursor-pointer pe-7', className)}
      onChange={(event) => {
        onPick(event.target.value);
      }}
      {...props}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
