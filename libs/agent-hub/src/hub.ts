import type { AgentHub, AgentHubOptions } from './types.ts';

/** Attaches the agents' WebSocket to an https server's `upgrade`. */
export declare function createAgentHub(options: AgentHubOptions): AgentHub;
