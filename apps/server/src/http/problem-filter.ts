import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Problem } from '@trustfleet/api';
import type { Logger } from '../logging/logger.ts';
import { ApiProblem } from './api-problem.ts';

/** Sentences for what Nest and its body parser refuse before a handler is reached. */
const HTTP_PROBLEMS: Readonly<Record<number, { code: string; message: string }>> = {
  400: {
    code: 'badRequest',
    message: 'The request could not be read: its address or its JSON body is malformed.',
  },
  401: { code: 'signInNeeded', message: 'Sign in first.' },
  403: { code: 'forbidden', message: 'You may not do this.' },
  404: { code: 'notFound', message: 'There is nothing at this address.' },
  405: { code: 'methodNotAllowed', message: 'This address does not take that method.' },
  413: { code: 'tooLarge', message: 'The request is too large: at most 512 KiB are accepted.' },
  415: { code: 'unsupportedMediaType', message: 'Send the request as application/json in UTF-8.' },
  429: { code: 'slowDown', message: 'Too many requests: wait a minute and try again.' },
};

const INTERNAL = {
  code: 'internal',
  message: 'The server failed on this request. Its log has the reason beside the id of this answer.',
};

/** Status of an error of express or Nest: both carry it as `status`, and only 4xx are the caller's. */
function callerStatus(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  const status: unknown = error instanceof Error && 'status' in error ? error.status : null;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}

/** The answer to any failure; says of an unexpected one nothing but its id. */
export function toProblem(error: unknown): Problem {
  const id = randomUUID();
  if (error instanceof ApiProblem) {
    const { status, code, message, issues } = error;
    return { id, status, code, message, ...(issues === undefined ? {} : { issues }) };
  }
  const status = callerStatus(error) ?? 500;
  return {
    id,
    status,
    ...(HTTP_PROBLEMS[status] ??
      (status < 500 ? { code: 'refused', message: 'The request was refused.' } : INTERNAL)),
  };
}

/** Writes a problem; headers that are out already leave nothing but to end the stream. */
export function sendProblem(response: ServerResponse, problem: Problem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(problem));
}

/** Every failure of a handler becomes libs/api `problem`; the log has the cause beside the same id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const problem = toProblem(error);
    const fields = { problemId: problem.id, code: problem.code };
    if (problem.status >= 500) this.logger.error({ ...fields, err: error }, 'request failed');
    else this.logger.info(fields, 'request refused');
    sendProblem(host.switchToHttp().getResponse<ServerResponse>(), problem);
  }
}
