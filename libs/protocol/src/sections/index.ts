import { z } from 'zod';
import { bundlesSection, type BundlesSection } from './bundles.ts';
import { codeSection, type CodeSection } from './code.ts';
import { endpointsSection, type EndpointsSection } from './endpoints.ts';
import { pythonsSection, type PythonsSection } from './pythons.ts';
import { shotgridSection, type ShotgridSection } from './shotgrid.ts';
import { systemSection, type SystemSection } from './system.ts';
import { trustStoresSection, type TrustStoresSection } from './trust-stores.ts';
import { variablesSection, type VariablesSection } from './variables.ts';
import { verdictsSection, type VerdictsSection } from './verdicts.ts';

/** Every section this release understands. A section of another name is stored whole and shown raw. */
export const sectionSchemas = {
  system: systemSection,
  trustStores: trustStoresSection,
  bundles: bundlesSection,
  pythons: pythonsSection,
  variables: variablesSection,
  shotgrid: shotgridSection,
  code: codeSection,
  endpoints: endpointsSection,
  verdicts: verdictsSection,
} as const;

/** Those that this release's agent collects. */
export const SECTION_NAMES = [
  'system',
  'trustStores',
  'bundles',
  'pythons',
  'variables',
  'shotgrid',
  'code',
  'endpoints',
  'verdicts',
] as const;
export type KnownSectionName = (typeof SECTION_NAMES)[number];

export interface Inventory {
  readonly system: SystemSection;
  readonly trustStores: TrustStoresSection;
  readonly bundles: BundlesSection;
  readonly pythons: PythonsSection;
  readonly variables: VariablesSection;
  readonly shotgrid: ShotgridSection;
  readonly code: CodeSection;
  readonly endpoints: EndpointsSection;
  readonly verdicts: VerdictsSection;
}

/** Names are open so that a newer agent's section is kept; the pattern shuts out prototype keys. */
export const sectionName = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]{0,31}$/)
  .refine((name) => !(name in Object.prototype), 'reserved name');
