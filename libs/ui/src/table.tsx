import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';

export interface TableProps {
  /** Name for people who do not see the heading above it. */
  readonly label: string;
  readonly children: ReactNode;
  readonly className?: string;
  /** On a narrow screen each row becomes a block of its cells, so that nothing has to be scrolled to sideways. */
  readonly stacked?: boolean;
}

/** Cells keep their roles: browsers go by the elements, not by `display`. */
const STACKED =
  'max-md:block max-md:[&_thead]:sr-only max-md:[&_tbody]:block max-md:[&_tr]:block max-md:[&_tr]:border-b max-md:[&_tr]:border-line max-md:[&_tr]:py-1.5 max-md:[&_tr:last-child]:border-b-0 max-md:[&_td]:block max-md:[&_td]:border-b-0 max-md:[&_td]:py-0.5 max-md:[&_td]:text-start max-md:[&_td]:wrap-anywhere max-md:[&_td:empty]:hidden max-md:[&_[data-cell-name]]:inline';

/**
 * Scrolls sideways on its own and can be reached by keyboard to do so (WCAG 2.1.1). `relative` keeps hidden text,
 * which is positioned, from widening the page.
 */
export function Table({ label, children, className, stacked = false }: TableProps) {
  return (
    <div
      role="region"
      aria-label={label}
      tabIndex={0}
      className="relative max-w-full overflow-x-auto focus-visible:outline-offset-[-2px]"
    >
      <table className={cn('w-full border-collapse text-left', stacked && STACKED, className)}>
        <caption className="sr-only">{label}</caption>
        {children}
      </table>
    </div>
  );
}

export function Th({ className, ...props }: ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      className={cn(
        'border-b border-line bg-sunken/60 px-3 py-1.5 text-[0.86rem] font-medium whitespace-nowrap text-muted',
        className,
      )}
      {...props}
    />
  );
}

export interface TdProps extends ComponentProps<'td'> {
  /** What the column says, for a stacked row: there the header is out of sight, though not out of hearing. */
  readonly column?: string;
}

export function Td({ className, column, children, ...props }: TdProps) {
  return (
    <td className={cn('border-b border-line px-3 py-1.5 align-top', className)} {...props}>
      {column !== undefined && (
        <span data-cell-name="" aria-hidden="true" className="me-2 hidden text-[0.93rem] text-muted">
          {column}
        </span>
      )}
      {children}
    </td>
  );
}

export function Tr({ className, ...props }: ComponentProps<'tr'>) {
  return <tr className={cn('last:[&>td]:border-b-0 hover:bg-sunken/50', className)} {...props} />;
}

export interface SortThProps {
  readonly children: ReactNode;
  /** `null`: the list is sorted by another column. */
  readonly direction: 'asc' | 'desc' | null;
  readonly onSort: () => void;
  readonly className?: string;
}

const ARIA_SORT = { asc: 'ascending', desc: 'descending' } as const;

export function SortTh({ children, direction, onSort, className }: SortThProps) {
  const Icon = direction === null ? ChevronsUpDown : direction === 'asc' ? ArrowUp : ArrowDown;
  return (
    <Th aria-sort={direction === null ? 'none' : ARIA_SORT[direction]} className={className}>
      <button
        type="button"
        onClick={onSort}
        className={cn(
          '-mx-1 inline-flex cursor-pointer items-center gap-1 rounded px-1 hover:text-text',
          direction !== null && 'text-text',
        )}
      >
        {children}
        <Icon aria-hidden="true" className="size-3.5" />
      </button>
    </Th>
  );
}
