import { z } from 'zod';
import { post } from '../../lib/api/browser.ts';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** better-auth's own route: sets the session cookie. Throws `ApiProblem`. */
export async function signIn({ email, password }: Credentials): Promise<void> {
  await post({ path: '/api/auth/sign-in/email', body: { email, password }, schema: z.unknown() });
}

/**
 * Where to go after signing in: a path of this origin, whatever `next` says. `//host` and `/\host` are addresses of
 * other hosts to a browser.
 */
export function safeNext(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(next) ? next : '/';
}
