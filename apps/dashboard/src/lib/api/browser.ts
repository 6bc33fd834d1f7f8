import type { z } from 'zod';
import { ApiProblem, localProblem, problemFrom } from './problem.ts';
import type { Read } from './reads.ts';

const TIMEOUT_MS = 20_000;

async function send(path: string, init: RequestInit): Promise<unknown> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
  const headers = new Headers(init.headers);
  headers.set('accept', 'application/json');
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, { ...init, signal, headers, credentials: 'same-origin' });
    text = await response.text();
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    if (limit.aborted)
      throw localProblem('timeout', `${path} gave no answer in ${TIMEOUT_MS / 1000} s`, error);
    throw localProblem('unreachable', `${path} could not be reached`, error);
  }
  const body = parseJson(text);
  if (!response.ok) throw problemFrom(response.status, body);
  return body;
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function parseAnswer<T>(path: string, schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success)
    throw localProblem(
      'badAnswer',
      `${path} answered in an unknown shape: ${parsed.error.issues[0]?.path.join('.') ?? ''}`,
      parsed.error,
    );
  return parsed.data;
}

/** Fetches a read. Throws `ApiProblem`. */
export async function fetchRead<T>(read: Read<T>, signal?: AbortSignal): Promise<T> {
  return parseAnswer(read.path, read.schema, await send(read.path, signal ? { signal } : {}));
}

export interface Post<T> {
  readonly path: string;
  readonly body: unknown;
  readonly schema: z.ZodType<T>;
}

export interface Change<T> extends Post<T> {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
}

/** Changes something; the body goes as JSON. Throws `ApiProblem`. */
export async function change<T>({ method, path, body, schema }: Change<T>): Promise<T> {
  const answer = await send(path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return parseAnswer(path, schema, answer);
}

/** Posts JSON. Throws `ApiProblem`. */
export const post = <T>(request: Post<T>): Promise<T> => change({ method: 'POST', ...request });

/** The way to the sign-in page and back to where the reader was. */
export function signInPath(from: string): string {
  return from === '/' || from === '' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(from)}`;
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.problem.status === 401;
}
