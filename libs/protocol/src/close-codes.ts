/**
 * Why a socket was closed, in WebSocket close codes. 1002, 1008, 1009 and 1012 mean what RFC 6455 §7.4.1 and the
 * IANA registry say (protocol error, policy violation, too big, service restart); 4000–4999 are ours.
 */
export const CLOSE_CODES = {
  normal: 1000,
  /** Not text, not `<mac>:<json>`, or a wrong MAC. */
  protocolError: 1002,
  /** Well-formed but not what its schema allows, or too many messages. */
  policyViolation: 1008,
  tooLarge: 1009,
  internalError: 1011,
  /** Planned restart; a `reconnect` message went ahead of it. */
  restart: 1012,
  /** A newer socket of the same host took over. */
  replaced: 4001,
  /** The host was removed or its key revoked: it may not come back. */
  revoked: 4002,
  handshakeFailed: 4003,
  handshakeTimeout: 4004,
  missedHeartbeats: 4005,
  /** The peer did not read what it was sent. */
  congested: 4006,
} as const;
export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];
