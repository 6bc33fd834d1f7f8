import { parseJson } from '@trustfleet/signing';
import { z } from 'zod';
import { ApiProblem } from '../../http/api-problem.ts';

/** `session.create` refuses with it (`auth.ts`). */
export const ACCOUNT_DISABLED = 'ACCOUNT_DISABLED';

const refusal = z.object({ code: z.string() });

export function tooManyTries(): ApiProblem {
  return new ApiProblem({
    status: 429,
    code: 'tooManyTries',
    message: 'Too many tries to sign in: wait a minute and try again.',
  });
}

function codeOf(body: string): string | null {
  const parsed = refusal.safeParse(parseJson(Buffer.from(body)));
  return parsed.success ? parsed.data.code : null;
}

/**
 * What better-auth refused, as every other refusal of the API: its own words and codes stay inside, since they may change with its next release.
 * 400 and 401 are one to who signs in: nobody learns which addresses have an account.
 */
export function refusalOf({ status, body }: { readonly status: number; readonly body: string }): Error {
  if (status === 429) return tooManyTries();
  if (status === 403 && codeOf(body) === ACCOUNT_DISABLED)
    return new ApiProblem({
      status,
      code: 'accountDisabled',
      message: 'This account is disabled: ask an administrator.',
    });
  if (status === 400 || status === 401)
    return new ApiProblem({ status, code: 'signInFailed', message: 'E-mail or password is wrong.' });
  // The server's own check of the origin was before this one.
  if (status === 403)
    return new ApiProblem({
      status,
      code: 'foreignOrigin',
      message: 'The request came from another site and was refused. Open the dashboard itself and try again.',
    });
  if (status < 500) return new ApiProblem({ status, code: 'refused', message: 'The request was refused.' });
  return new Error(`better-auth answered ${status}`);
}
