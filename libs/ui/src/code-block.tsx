import type { ReactNode } from 'react';
import { CopyButton, type CopyButtonProps } from './copy-button.tsx';

export interface CodeBlockProps {
  readonly label: string;
  readonly text: string;
  readonly copy: Omit<CopyButtonProps, 'text'>;
  readonly children?: ReactNode;
}

/** Something to copy as it stands: a command, a file. */
export function CodeBlock({ label, text, copy, children }: CodeBlockProps) {
  return (
    <figure className="overflow-hidden rounded-md border border-line bg-sunken">
      <figcaption className="flex items-center justify-between gap-3 border-b border-line px-3 py-1">
        <bdi className="font-mono text-[0.86rem] break-all text-muted">{label}</bdi>
        <CopyButton text={text} wide {...copy} />
      </figcaption>
      <pre
        tabIndex={0}
        aria-label={label}
        className="overflow-x-auto px-3 py-2.5 font-mono text-[0.9rem] break-all whitespace-pre-wrap focus-visible:outline-offset-[-2px]"
      >
        {text}
      </pre>
      {children}
    </figure>
  );
}
