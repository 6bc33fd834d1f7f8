import { Accounts } from '../features/accounts/auth.ts';
import { SignIn } from '../features/accounts/sign-in.ts';
import { createApiApp, type ApiApp } from '../http/app.ts';
import { createLogger } from '../logging/logger.ts';
import { HOLLOW, hollow } from '../openapi/generate.ts';

/** The real application with nothing behind its controllers: to look at its routes. */
export function hollowApp(): Promise<ApiApp> {
  return createApiApp({
    services: HOLLOW,
    accounts: hollow(Accounts),
    signIn: hollow(SignIn),
    logger: createLogger('silent'),
  });
}
