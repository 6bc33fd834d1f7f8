import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Fields that may hold a secret, wherever they stand in a logged object. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'setupUrl',
  'databaseUrl',
  'set-cookie',
  'privateKey',
];
const REDACTED = SECRET_FIELDS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/** JSON lines on stderr, so that stdout stays for what a person has to read (the set-up link). */
export function createLogger(level: string, destination: DestinationStream = pino.destination(2)): Logger {
  return pino(
    {
      level,
      base: { service: 'server' },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED, censor: '[secret]' },
      serializers: { err: pino.stdSerializers.err },
    },
    destination,
  );
}

/** Nest's own messages, in the same log; its start-up chatter counts as debug. */
export function nestLogger(logger: Logger): LoggerService {
  const child = logger.child({ part: 'nest' });
  return {
    log: (message: unknown) => {
      child.debug({}, String(message));
    },
    error: (message: unknown, stack?: unknown) => {
      child.error({ stack }, String(message));
    },
    warn: (message: unknown) => {
      child.warn({}, String(message));
    },
    debug: (message: unknown) => {
      child.debug({}, String(message));
    },
    verbose: (message: unknown) => {
      child.trace({}, String(message));
    },
  };
}
