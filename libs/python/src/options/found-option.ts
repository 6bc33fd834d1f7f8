import type { ClientOption } from '@trustfleet/protocol';

/** One option as a file says it; of several of one name the last counts. */
export interface FoundOption extends Pick<ClientOption, 'name' | 'value'> {
  /** It names a file of anchors. */
  readonly isPath: boolean;
}

export type ParseOptions = (text: string) => FoundOption[];
