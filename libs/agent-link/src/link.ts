import type { AgentLink, AgentLinkOptions } from './types.ts';

/** The agent's side of the socket. */
export declare function createAgentLink(options: AgentLinkOptions): AgentLink;
