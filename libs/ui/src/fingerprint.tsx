import { CopyButton } from './copy-button.tsx';
import { cn } from './cn.ts';

export interface FingerprintProps {
  /** Hexadecimal digits. */
  readonly value: string;
  /** Shows the first digits only; the whole value is in the title and is what gets copied. */
  readonly short?: boolean;
  readonly copyLabel: string;
  readonly copiedLabel: string;
  readonly failedLabel: string;
  readonly className?: string;
}

/** Digits in groups of four are easy to compare by eye; lines break between groups, and a short one stays in one line. */
export function Fingerprint({
  value,
  short = false,
  copyLabel,
  copiedLabel,
  failedLabel,
  className,
}: FingerprintProps) {
  const groups = (short ? value.slice(0, 16) : value).match(/.{1,4}/g) ?? [];
  return (
    <span className={cn('inline-flex items-start gap-1', className)}>
      <code
        title={value}
        className={cn('inline-flex gap-x-1.5 py-0.5 font-mono text-[0.9em]', !short && 'flex-wrap')}
      >
        {groups.map((group, index) => (
          <span key={index}>{group}</span>
        ))}
        {short && <span aria-hidden="true">…</span>}
      </code>
      <CopyButton text={value} label={copyLabel} copiedLabel={copiedLabel} failedLabel={failedLabel} />
    </span>
  );
}
