import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { StandardSchemaSerializerInterceptor, StandardSchemaValidationPipe } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { AppModule, type AppServices } from '../app.module.ts';
import type { Accounts } from '../features/accounts/auth.ts';
import { SIGN_IN_ROUTES, type SignIn } from '../features/accounts/sign-in.ts';
import { nestLogger, type Logger } from '../logging/logger.ts';
import { apiDocument } from '../openapi/document.ts';
import { ApiProblem } from './api-problem.ts';
import { PermissionGuard } from './permission.ts';
import { ProblemFilter } from './problem-filter.ts';
import { requirePermissions, routesOf, type Route } from './routes.ts';
import { sessionCheck } from './session-check.ts';

export interface ApiApp {
  readonly listener: RequestListener;
  /** Every route of every controller. */
  readonly routes: readonly Route[];
  close(): Promise<void>;
}

const BODY_LIMIT = '512kb';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

function invalidRequest(issues: readonly Issue[]): ApiProblem {
  const named = issues.slice(0, 20).map((issue) => ({
    path: (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    message: issue.message,
  }));
  const [first] = named;
  const where = first === undefined || first.path === '' ? '' : ` at "${first.path}"`;
  return new ApiProblem({
    status: 400,
    code: 'invalidRequest',
    message: `The request is not valid${where}: ${first?.message ?? ''}`,
    issues: named,
  });
}

/** Everything under /api, /healthz, /readyz and /events, as one listener; the caller owns the ports. */
export async function createApiApp(parts: {
  readonly services: AppServices;
  readonly accounts: Accounts;
  readonly signIn: SignIn;
  readonly logger: Logger;
}): Promise<ApiApp> {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes a literal
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(parts.services), {
    logger: nestLogger(parts.logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.set('etag', false);
  const routes = routesOf(app);
  requirePermissions(routes);
  app.use(
    sessionCheck({
      routes,
      signIn: { routes: SIGN_IN_ROUTES, handler: parts.signIn.handler },
      viewer: (request) => parts.accounts.viewer(request.headers),
      logger: parts.logger,
    }),
  );
  // JSON alone: a form of another site can send nothing that is understood here.
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.useGlobalGuards(new PermissionGuard());
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: invalidRequest }));
  app.useGlobalInterceptors(new StandardSchemaSerializerInterceptor(app.get(Reflector)));
  app.useGlobalFilters(new ProblemFilter(parts.logger));
  SwaggerModule.setup('api/docs', app, apiDocument(app), { customSiteTitle: 'Trustfleet API' });
  await app.init();
  return {
    listener: app.getHttpAdapter().getInstance() as RequestListener,
    routes,
    close: () => app.close(),
  };
}
