import 'server-only';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { signInPath } from '../api/browser.ts';
import { ApiProblem, localProblem } from '../api/problem.ts';
import type { Read } from '../api/reads.ts';
import { callApi } from './transport.ts';

/** Several parts of one page may ask for the same thing: one call each request. */
const callOnce = cache(async (path: string): Promise<unknown> =>
  callApi({ path, cookie: (await headers()).get('cookie') }),
);

/** Reads as the person whose cookie this request carries. Throws `ApiProblem`. */
export async function readAs<T>(read: Read<T>): Promise<T> {
  const parsed = read.schema.safeParse(await callOnce(read.path));
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.') ?? '';
    throw localProblem('badAnswer', `${read.path} answered in an unknown shape at "${place}"`, parsed.error);
  }
  return parsed.data;
}

/** As `readAs`; a reader who is not signed in goes to the sign-in page and comes back afterwards. */
export async function readSignedIn<T>(read: Read<T>): Promise<T> {
  try {
    return await readAs(read);
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.status === 401)
      redirect(signInPath((await headers()).get('x-trustfleet-path') ?? '/'));
    throw error;
  }
}
