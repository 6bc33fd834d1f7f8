import type { CertificateFacts } from '@trustfleet/certificates';
import type { HostFacts } from '@trustfleet/policy';
import type { AnchorTrust, PlanChange } from '@trustfleet/protocol';
import type { z } from 'zod';

/** security.md: `trust` adds or removes an anchor; `code` puts on a host what will be executed; `setting` is the rest. */
export type RemedyClass = 'trust' | 'code' | 'setting';

/** What the parameters name by digest, already read. */
export interface RemedyContext {
  /** The certificate whose SHA-256 the parameters name. */
  readonly certificate: CertificateFacts;
  /**
   * Is it in Mozilla's list, which NSS carries in itself and Linux distributions ship? Undefined where nobody has looked (the catalogue of
   * libs/certificates knows).
   */
  readonly listed?: boolean | undefined;
  /** What no section holds, where the plan is made on the host itself; absent on stored facts. */
  readonly host?: HostLook | undefined;
}

/** What only the host can tell of a store made of files. */
export interface HostLook {
  /** SHA-256 of the bytes of the files that hold the certificate, by path; null for what is no plain file (a link). */
  readonly digests: ReadonlyMap<string, string | null>;
  /** By what this machine leaves out what its system ships. */
  readonly exclusion: HostExclusion;
}

export type HostExclusion =
  /** The file that selects what is taken in; `sha256` is that of its bytes with the certificate's lines switched off. */
  | { readonly kind: 'selection'; readonly path: string; readonly sha256: string }
  /** The directory whose certificates are rejected. */
  | { readonly kind: 'blocklist'; readonly directory: string }
  /** By nothing: `reason` is a sentence for a person. */
  | { readonly kind: 'none'; readonly reason: string };

/** What a remedy would do to a host with these facts. */
export type RemedyEffect =
  | {
      readonly kind: 'change';
      /** The facts as the next scan should find them. */
      readonly facts: HostFacts;
      /** The plan, in the order in which it is carried out. Never empty. */
      readonly changes: PlanChange[];
      /** What a person should know about it, beside the changes; null for nothing. */
      readonly remark: string | null;
    }
  /** The host complies already: the plan is empty. */
  | { readonly kind: 'none' }
  /** It would not help here; `reason` is a sentence for a person. */
  | { readonly kind: 'notApplicable'; readonly reason: string };

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

/** One entry that a run of a remedy changed; digests are SHA-256 of its standing as canonical JSON. */
export interface UndoEntry {
  readonly store: string;
  readonly now: string;
  /** What the run left: the entry is touched again only while it is exactly so. */
  readonly written: string;
  /** What there was before; `trust` null where there was none. */
  readonly previous: { readonly digest: string; readonly trust: AnchorTrust | null };
}

/** What a run left behind in its journal, with what has become of it. */
export interface UndoContext extends RemedyContext {
  readonly files: readonly UndoFile[];
  readonly entries: readonly UndoEntry[];
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
