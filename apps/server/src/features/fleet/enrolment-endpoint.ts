import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { ENROL_PATH, enrolRequest, type EnrolError, type EnrolRequest } from '@trustfleet/protocol';
import type { Logger } from '../../logging/logger.ts';
import { EnrolmentRefused, type EnrolmentService } from './enrolment.service.ts';
import { RequestLimiter } from './request-limiter.ts';

const MAX_BODY_BYTES = 8 * 1024;
/** Enrolments that one address may try in a minute: a studio rolls out from one gateway. */
const TRIES_PER_MINUTE = 120;

const STATUS: Readonly<Record<EnrolError['error'], number>> = {
  invalidToken: 403,
  usedToken: 403,
  expiredToken: 403,
  badSignature: 403,
  badRequest: 400,
  slowDown: 429,
};

function answer(response: ServerResponse, status: number, body: unknown): void {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  // Whoever was refused sends no second request on this connection.
  response.writeHead(
    status,
    status < 300
      ? headers
      : { ...headers, connection: 'close', ...(status === 429 ? { 'retry-after': '60' } : {}) },
  );
  response.end(JSON.stringify(body));
}

function badRequest(): EnrolmentRefused {
  return new EnrolmentRefused('badRequest', 'This is not an enrolment request of this version.');
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw badRequest();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(body: string): EnrolRequest {
  try {
    const parsed = enrolRequest.safeParse(JSON.parse(body));
    if (parsed.success) return parsed.data;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest();
}

/** What the agents' port answers besides sockets: POST /enrol, and 404 for all else. */
export function enrolmentListener(service: EnrolmentService, logger: Logger): RequestListener {
  const limiter = new RequestLimiter({ perMinute: TRIES_PER_MINUTE, addresses: 10_000 });

  const enrol = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = request.socket.remoteAddress ?? '';
    try {
      if (!limiter.admit(address, performance.now()))
        throw new EnrolmentRefused('slowDown', 'Too many enrolments from this address: wait a minute.');
      const result = await service.enrol(parse(await readBody(request)));
      logger.info({ hostId: result.hostId, address }, 'host enrolled');
      answer(response, 201, result);
    } catch (error) {
      if (!(error instanceof EnrolmentRefused)) throw error;
      logger.info({ code: error.code, address }, 'enrolment refused');
      answer(response, STATUS[error.code], {
        error: error.code,
        message: error.message,
      } satisfies EnrolError);
    }
  };

  return (request, response) => {
    if (request.method !== 'POST' || request.url !== ENROL_PATH) {
      answer(response, 404, {
        error: 'badRequest',
        message: 'This port is for agents: POST /enrol, or a WebSocket at /agent.',
      } satisfies EnrolError);
      return;
    }
    enrol(request, response).catch((error: unknown) => {
      logger.error({ err: error }, 'enrolment failed');
      if (response.headersSent) response.destroy();
      else
        answer(response, 503, {
          error: 'slowDown',
          message: 'The server cannot enrol hosts at the moment: try again in a minute.',
        } satisfies EnrolError);
    });
  };
}
