'use client';

import { inputClass } from '@trustfleet/ui';
import { useEffect, useState } from 'react';

const TYPING_PAUSE_MS = 250;

export interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Typing asks the server once per pause; another way of changing the address (back button) shows here too. */
export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => {
    if (typed === null) return undefined;
    const timer = setTimeout(() => {
      onChange(typed);
      setTyped(null);
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [typed, onChange]);
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      maxLength={200}
      value={typed ?? value}
      onChange={(event) => {
        setTyped(event.target.value);
      }}
      className={`${inputClass} max-w-64`}
    />
  );
}
