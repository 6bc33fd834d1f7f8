'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';

export interface CopyButtonProps {
  readonly text: string;
  readonly label: string;
  readonly copiedLabel: string;
  readonly failedLabel: string;
  /** Shows the label beside the icon. */
  readonly wide?: boolean;
}

type Outcome = 'idle' | 'copied' | 'failed';

/** The outcome is spoken too: a live region beside the button. */
export function CopyButton({ text, label, copiedLabel, failedLabel, wide = false }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<Outcome>('idle');
  useEffect(() => {
    if (outcome === 'idle') return undefined;
    const timer = setTimeout(() => {
      setOutcome('idle');
    }, 2500);
    return () => {
      clearTimeout(timer);
    };
  }, [outcome]);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => {
        setOutcome('copied');
      },
      () => {
        setOutcome('failed');
      },
    );
  };
  const said = { idle: '', copied: copiedLabel, failed: failedLabel }[outcome];
  const Icon = outcome === 'copied' ? Check : Copy;
  return (
    <span className="inline-flex items-center">
      <Button
        variant={wide ? 'secondary' : 'ghost'}
        size={wide ? 'sm' : 'icon'}
        className={wide ? '' : 'size-6'}
        aria-label={wide ? undefined : label}
        title={wide ? undefined : label}
        onClick={copy}
      >
        <Icon aria-hidden="true" className="size-3.5" />
        {wide && label}
      </Button>
      <span role="status" className={outcome === 'failed' ? 'ms-1 text-bad' : 'sr-only'}>
        {said}
      </span>
    </span>
  );
}
