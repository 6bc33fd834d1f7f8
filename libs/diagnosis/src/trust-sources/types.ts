import type { ClientName } from '@trustfleet/protocol';
import type { Consumer, ResolvedSource } from '../consumer.ts';
import type { DiagnosisFacts, VariableContext } from '../facts.ts';

/** Sets of variables that differ, the machine's first. Accounts that get exactly the machine's are in none: the machine's stands for them. */
export type VariableContexts = (
  facts: Pick<DiagnosisFacts, 'platform'> & {
    readonly sections: Pick<DiagnosisFacts['sections'], 'variables'>;
  },
) => readonly VariableContext[];

/** Everyone worth judging: Python environments × clients in them × contexts, copies of the API, curl, git and node. At most `limit` (2000). */
export type ConsumersOf = (facts: DiagnosisFacts, limit?: number) => readonly Consumer[];

/** One consumer's trust source. Pure; never throws for what the facts say or lack (`source.state` is `unknown` then). */
export type ResolveSource = (consumer: Consumer, facts: DiagnosisFacts) => ResolvedSource;

/** {@link ConsumersOf}, each resolved. Sources with equal anchors share one array. */
export type ResolveSources = (facts: DiagnosisFacts, limit?: number) => readonly ResolvedSource[];

/** One of this library's resolvers, by the client it is for. */
export type Resolvers = { readonly [Name in ClientName]: ResolveSource };
