import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

const DESCRIPTION = [
  'Sign in with POST /api/auth/sign-in/email {email, password} and send the cookie that it sets.',
  'Every change needs an Origin header that is this server’s own.',
  'Schemas are those of libs/api.',
].join(' ');

/** The API's documentation, from the controllers' own schemas. */
export function apiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Trustfleet')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addCookieAuth('trustfleet.session_token')
    .build();
  return SwaggerModule.createDocument(app, config);
}
