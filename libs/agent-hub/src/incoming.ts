import { agentMessage, type AgentMessage } from '@trustfleet/protocol';
import { parseJson } from '@trustfleet/signing';

const KNOWN_TYPES: ReadonlySet<string> = new Set(
  agentMessage.options.map((option) => option.shape.type.value),
);

export type Incoming =
  | { readonly kind: 'message'; readonly message: AgentMessage }
  /** A type of a newer agent: ignored within a major version (protocol.md, "Rules" 6). */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'invalid'; readonly reason: string };

/** What the bytes of an opened frame say. Reasons name our fields, never the peer's bytes. */
export function readMessage(json: Uint8Array): Incoming {
  const value = parseJson(json);
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') {
    return { kind: 'invalid', reason: 'a frame that is no JSON object with a type' };
  }
  if (!KNOWN_TYPES.has(value.type)) return { kind: 'unknown' };
  const parsed = agentMessage.safeParse(value);
  if (parsed.success) return { kind: 'message', message: parsed.data };
  return { kind: 'invalid', reason: `a ${value.type} that fails its schema` };
}

/** The sequence number of those messages that carry one; in any other a `seq` is a field that this release does not know. */
export function sequenceOf(message: AgentMessage): number | undefined {
  switch (message.type) {
    case 'report':
    case 'section':
    case 'certificates':
      return message.seq;
    default:
      return undefined;
  }
}
