import { ApiProblem } from './api-problem.ts';

/** What is needed of a request to tell whether a browser page of ours, or somebody else's, sent it. */
export interface RequestFacts {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  /** Came over the private unix socket: only a process of this account can be there. */
  readonly privateSocket: boolean;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses names that are not ours (DNS rebinding) and changes that another site started (CSRF): a browser
 * sends Origin with every POST, so a change without it is refused too (security.md, "a web attacker").
 * @param origins the origins of this server, e.g. `http://127.0.0.1:4600`
 * @returns null when the request may go on
 */
export function checkRequest(request: RequestFacts, origins: ReadonlySet<string>): ApiProblem | null {
  if (request.privateSocket)
    return request.origin === undefined || origins.has(request.origin) ? null : foreignOrigin();
  if (!hostIsOurs(request.host, origins)) {
    return new ApiProblem({
      status: 421,
      code: 'unknownHost',
      message:
        'This server is not known under that name. Use its own address, or set TRUSTFLEET_PUBLIC_URL to the name that you use.',
    });
  }
  if (SAFE_METHODS.has(request.method)) return null;
  const sameSite = request.fetchSite === undefined || request.fetchSite === 'same-origin';
  return sameSite && request.origin !== undefined && origins.has(request.origin) ? null : foreignOrigin();
}

function hostIsOurs(host: string | undefined, origins: ReadonlySet<string>): boolean {
  return host !== undefined && (origins.has(`http://${host}`) || origins.has(`https://${host}`));
}

function foreignOrigin(): ApiProblem {
  return new ApiProblem({
    status: 403,
    code: 'foreignOrigin',
    message: 'The request came from another site and was refused. Open the dashboard itself and try again.',
  });
}

/** The origins under which browsers reach a server that listens on `port`; `publicUrl` adds its own. */
export function ownOrigins(options: {
  readonly https: boolean;
  readonly port: number;
  readonly publicUrl: URL | null;
}): ReadonlySet<string> {
  const scheme = options.https ? 'https' : 'http';
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  const origins = new Set(names.map((name) => new URL(`${scheme}://${name}:${options.port}`).origin));
  if (options.publicUrl !== null) origins.add(options.publicUrl.origin);
  return origins;
}
