'use client';

import type { SectionView } from '@trustfleet/api';
import { RawSection } from './section-frame.tsx';

export function OtherSections({ sections }: { readonly sections: readonly SectionView[] }) {
  return (
    <div className="flex flex-col gap-4">
      {sections.map((section) => (
        <RawSection key={section.name} section={section} />
      ))}
    </div>
  );
}
