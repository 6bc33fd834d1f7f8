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

/** One file that a run of a remedy wrote; digests are SHA-256 of its bytes, null where there is no file. */
export interface UndoFile {
  readonly path: string;
  /** As it stands now. */
  readonly now: string | null;
  /** What the run wrote: the file is touched again only while it holds exactly this. */
  readonly written: string;
  /** What stood there before. */
  readonly previous: string | null;
}

/** What a run left behind in its journal, with what has become of it. */
export interface UndoContext extends RemedyContext {
  readonly files: readonly UndoFile[];
}

/** What taking a finished run back would do to a host with these facts. */
export type UndoEffect =
  | {
      readonly kind: 'change';
      /** The plan, in the order in which it is carried out. Never empty. */
      readonly changes: PlanChange[];
    }
  /** Nothing of it is left. */
  | { readonly kind: 'none' }
  /** Something hinders it, and another attempt would not help; `reason` is a sentence for a person. */
  | { readonly kind: 'blocked'; readonly reason: string };

export interface Remedy<Parameters> {
  readonly name: string;
  readonly class: RemedyClass;
  /** An order's `parameters`; unknown fields are refused: what is signed is what is understood. */
  readonly parameters: z.ZodType<Parameters>;
  /** Pure: says what would change, changes nothing. */
  effect(facts: HostFacts, parameters: Parameters, context: RemedyContext): RemedyEffect;
  /** Pure as well: what would take an earlier run with these parameters back (rollouts.md: undo by inverse operations). */
  undoEffect(facts: HostFacts, parameters: Parameters, context: UndoContext): UndoEffect;
}
