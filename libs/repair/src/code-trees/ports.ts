import type { TreeAnswer, TreeRequest } from './tree-work.ts';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** With whose rights a directory is written: `account` null: the agent's own. */
export type Writer =
  | { readonly kind: 'writer'; readonly account: Account | null }
  /** Nobody can be relied on to be the only one there, or the agent has not his rights; `reason` is a sentence. */
  | { readonly kind: 'nobody'; readonly reason: string };

/** Code that belongs to one account, changed with that account's rights and no others. */
export interface TreeAccess {
  /**
   * Whose the directory and every part of the way to it is: one account's and root's, with nothing that a group or others can write, no
   * link of somebody else's on the way (security.md, "a local user").
   */
  writerOf(directory: string): Promise<Writer>;
  /** `doTreeWork` as that account. Throws {@link StepFailedError}. */
  work(account: Account | null, request: TreeRequest): Promise<TreeAnswer>;
}
