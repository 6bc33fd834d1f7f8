import type { HostDetail, SectionView } from '@trustfleet/api';
import { SECTION_NAMES, sectionSchemas, type Inventory } from '@trustfleet/protocol';

type Name = keyof Inventory;

export type SectionState<T> =
  | { readonly kind: 'read'; readonly body: T; readonly seenFrom: string }
  | { readonly kind: 'absent' }
  /** Of another release: shown as it came. */
  | { readonly kind: 'raw'; readonly section: SectionView };

/** One section of a host, parsed by the wire's own schema. */
export function sectionOf<N extends Name>(
  host: Pick<HostDetail, 'sections'>,
  name: N,
): SectionState<Inventory[N]> {
  const section = host.sections.find((item) => item.name === name);
  if (section === undefined) return { kind: 'absent' };
  const parsed = sectionSchemas[name].safeParse(section.body);
  if (!parsed.success) return { kind: 'raw', section };
  return { kind: 'read', body: parsed.data as Inventory[N], seenFrom: section.seenFrom };
}

/** Sections that a newer agent sent and this release has no page for. */
export function unknownSections(host: Pick<HostDetail, 'sections'>): readonly SectionView[] {
  return host.sections.filter((section) => !SECTION_NAMES.some((name) => name === section.name));
}
