'use client';

import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import { cn } from './cn.ts';

export interface CheckboxProps {
  readonly checked: boolean;
  readonly indeterminate?: boolean;
  readonly onCheckedChange: (checked: boolean) => void;
  /** Spoken name where `children` is absent. */
  readonly label?: string;
  readonly children?: ReactNode;
  readonly disabled?: boolean;
  readonly className?: string;
}

export function Checkbox({
  checked,
  indeterminate = false,
  onCheckedChange,
  label,
  children,
  disabled = false,
  className,
}: CheckboxProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = indeterminate;
  }, [indeterminate]);
  return (
    <label className={cn('inline-flex cursor-pointer items-start gap-2', className)}>
      <input
        ref={box}
        type="checkbox"
        className="mt-0.5 size-4 cursor-pointer accent-accent"
        aria-label={label}
        checked={checked}
        disabled={disabled}
        onChange={(event) => {
          onCheckedChange(event.target.checked);
        }}
      />
      {children !== undefined && <span>{children}</span>}
    </label>
  );
}
