import type { CertificateFacts } from '@trustfleet/certificates';
import type { HostFacts } from '@trustfleet/policy';
import type { PlanChange } from '@trustfleet/protocol';
import type { z } from 'zod';

/** security.md: `trust` adds or removes an anchor; `code` puts on a host what will be executed; `setting` is the rest. */
export type RemedyClass = 'trust' | 'code' | 'setting';

/** What the parameters name by digest, already read. */
export interface RemedyContext {
  /** The certificate whose SHA-256 the parameters name. */
  readonly certificate: CertificateFacts;
}

/** What a remedy would do to a host with these facts. */
export type RemedyEffect =
  | {
      readonly kind: 'change';
      /** The facts as the next scan should find them. */
      readonly facts: HostFacts;
      /** The plan, in the order in which it is carried out. Never empty. */
      readonly changes: PlanChange[];
    }
  /** The host complies already: the plan is empty. */
  | { readonly kind: 'none' }
  /** It would not help here; `reason` is a sentence for a person. */
  | { readonly kind: 'notApplicable'; readonly reason: string };

export interface Remedy<Parameters> {
  readonly name: string;
  readonly class: RemedyClass;
  /** An order's `parameters`; unknown fields are refused: what is signed is what is understood. */
  readonly parameters: z.ZodType<Parameters>;
  /** Pure: says what would change, changes nothing. */
  effect(facts: HostFacts, parameters: Parameters, context: RemedyContext): RemedyEffect;
}
