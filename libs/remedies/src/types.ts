import type { HostFacts } from '@trustfleet/policy';
import type { PlanChange } from '@trustfleet/protocol';
import type { z } from 'zod';

/** security.md: `trust` adds or removes an anchor; `code` puts on a host what will be executed; `setting` is the rest. */
export type RemedyClass = 'trust' | 'code' | 'setting';

/** Who else writes a target: a path or registry key, and its manager as a person calls it (`Ansible`, `the package fonts-noto`). */
export interface TargetManager {
  readonly target: string;
  readonly manager: string;
}

/** What a remedy would do to a host with these facts. */
export type RemedyEffect =
  | {
      readonly kind: 'change';
      /** The facts as the next scan should find them. */
      readonly facts: HostFacts;
      /** The plan, in the order in which it is carried out. Never empty. */
      readonly changes: PlanChange[];
      /** What a person should know about it, beside the changes; null for nothing. Where every change is `propose`: whose it is, and that nothing is written. */
      readonly remark: string | null;
      /** Who else writes what the changes touch, see `jobPlan.managers`; absent for nobody. */
      readonly managers?: readonly TargetManager[];
      /** Accounts and services whose new programs see it, see `jobPlan.affected`; absent for every program. */
      readonly affected?: readonly string[];
    }
  /** The host complies already: the plan is empty. */
  | { readonly kind: 'none' }
  /** It would not help here; `reason` is a sentence for a person. `incompatible`: a shared install of which this host is not the keeper. */
  | { readonly kind: 'notApplicable'; readonly reason: string; readonly state?: 'incompatible' };

/** One file that a run of a remedy touched; digests are SHA-256 of its bytes, null where there is no file. */
export interface UndoFile {
  readonly path: string;
  /** As it stands now. */
  readonly now: string | null;
  /** What the run left there: the file is touched again only while it is exactly so. */
  readonly written: string | null;
  /** What stood there before. */
  readonly previous: string | null;
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

/**
 * One remedy. `Context` is what no stored section says and the effect needs: bytes that the parameters name by digest, already read, and
 * where the plan is made on the host itself what only the host can tell.
 */
export interface Remedy<Parameters, Context, Undo> {
  readonly name: string;
  readonly class: RemedyClass;
  /** An order's `parameters`; unknown fields are refused: what is signed is what is understood. */
  readonly parameters: z.ZodType<Parameters>;
  /** SHA-256 of every artifact that the parameters name: their bytes travel beside the job. */
  artifacts(parameters: Parameters): readonly string[];
  /** What an order with these parameters is about, for a list; an anchor's order is named after its certificate instead. */
  title(parameters: Parameters): string;
  /** Pure: says what would change, changes nothing. A what-if is the same call on stored facts. */
  effect(facts: HostFacts, parameters: Parameters, context: Context): RemedyEffect;
  /** Pure as well: what would take an earlier run with these parameters back (rollouts.md: undo by inverse operations). */
  undoEffect(facts: HostFacts, parameters: Parameters, context: Undo): UndoEffect;
}
