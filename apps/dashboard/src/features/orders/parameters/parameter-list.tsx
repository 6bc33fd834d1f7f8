'use client';

import { Untrusted } from '@trustfleet/ui';
import type { Parameters } from '../order-subject.ts';

function lines(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([name, inner]) =>
    lines(inner, path === '' ? name : `${path}.${name}`),
  );
}

/** Just what is signed, line by line. */
export function ParameterList({ parameters }: { readonly parameters: Parameters }) {
  const all = lines(parameters, '');
  if (all.length === 0) return null;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 rounded-md border border-line px-3 py-2 font-mono text-[0.9rem]">
      {all.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">
            <Untrusted text={name} />
          </dt>
          <dd className="min-w-0 break-all">
            <Untrusted text={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
