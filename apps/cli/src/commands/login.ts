import { resolve } from 'node:path';
import { API_ROUTES, me } from '@trustfleet/api';
import { CliError, plain } from '@trustfleet/terminal';
import { ApiClient, problemOf, signedInClient } from '../client/api-client.ts';
import { ask, readPassword } from '../client/password.ts';
import { findSession, forgetSession, saveSession } from '../client/session-file.ts';
import { readText, send, type Target } from '../client/transport.ts';
import { print, printJson, type CliContext } from '../context.ts';

export interface LoginOptions {
  readonly email?: string;
  readonly caFile?: string;
}

const SIGN_IN = '/api/auth/sign-in/email';
const SIGN_OUT = '/api/auth/sign-out';

const isLoopback = (hostname: string): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(hostname) || /^127\.\d+\.\d+\.\d+$/.test(hostname);

/** The server's origin. A password goes over plain http only inside this machine. @throws CliError */
export function serverOrigin(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new CliError(
      `"${plain(text)}" is no server address. Give it like https://trustfleet.studio.example`,
      2,
    );
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new CliError(
      'Your password would go over the network in the clear: use https (docs/operating.md says how the server gets a certificate).',
      2,
    );
  return url.origin;
}

/** `name=value` of each cookie; attributes are for browsers. */
function cookieHeader(setCookie: readonly string[] | undefined): string {
  return (setCookie ?? [])
    .map((line) => line.split(';', 1)[0] ?? '')
    .filter((pair) => pair.includes('='))
    .join('; ');
}

async function signIn(target: Target, credentials: { email: string; password: string }): Promise<string> {
  const answer = await send(target, { method: 'POST', path: SIGN_IN, body: credentials });
  const text = await readText(answer);
  if (answer.statusCode === 401) throw new CliError('E-mail or password is wrong.');
  if (answer.statusCode === 429)
    throw new CliError('Too many tries from this address. Wait a minute, then try again.');
  if (answer.statusCode !== 200) throw problemOf(answer.statusCode ?? 0, text);
  const cookie = cookieHeader(answer.headers['set-cookie']);
  if (cookie === '') throw new CliError(`${target.url} answered, and is no Trustfleet server.`);
  return cookie;
}

export async function loginCommand(
  address: string,
  options: LoginOptions,
  context: CliContext,
): Promise<void> {
  const url = serverOrigin(address);
  const caFile = options.caFile === undefined ? null : resolve(options.caFile);
  const email = options.email ?? (await ask(context, 'E-mail: '));
  if (email === null) throw new CliError('Name the account with --email.', 2);
  const password = await readPassword(context);
  const cookie = await signIn({ url, caFile, cookie: null }, { email, password });
  const who = await new ApiClient({ url, caFile, cookie }).get(API_ROUTES.me, me);
  await saveSession(context.env, { url, caFile, cookie, email });
  print(context, [`Signed in to ${url} as ${plain(who.name)} (${who.role}).`]);
}

export async function logoutCommand(context: CliContext): Promise<void> {
  const session = await findSession(context.env);
  if (session === null) {
    print(context, ['Nobody was signed in.']);
    return;
  }
  // The session file goes first: whatever the server says, this account is signed out here.
  await forgetSession(context.env);
  const answer = await send(session, { method: 'POST', path: SIGN_OUT, body: {} });
  await readText(answer);
  if (answer.statusCode !== 200)
    throw new CliError(
      `Signed out here, but ${session.url} answered ${answer.statusCode ?? 0}: the session there ends by itself within 12 hours.`,
    );
  print(context, [`Signed out of ${session.url}.`]);
}

export async function whoamiCommand({ json }: { json: boolean }, context: CliContext): Promise<void> {
  const who = await (await signedInClient(context)).get(API_ROUTES.me, me);
  if (json) printJson(context, who);
  else
    print(context, [
      `${plain(who.name)} <${plain(who.email)}>, ${who.role}, ${who.groups === 'all' ? 'all groups' : `${who.groups.length} groups`}`,
    ]);
}
