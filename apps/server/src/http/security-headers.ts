import type { ServerResponse } from 'node:http';

/** For answers that are data: nothing in them may run, load or be framed. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** Swagger's page brings its scripts and styles as files and sets style attributes; its two inline style blocks are cosmetic and stay off. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Headers of every answer, the dashboard's pages too (their own CSP comes from Next, with a nonce). `https` adds HSTS. */
export function commonHeaders(https: boolean): Readonly<Record<string, string>> {
  return https ? { ...COMMON_HEADERS, 'strict-transport-security': 'max-age=31536000' } : COMMON_HEADERS;
}

/** Sets the headers of an answer that this server itself makes. */
export function setSecurityHeaders(
  response: ServerResponse,
  options: { readonly path: string; readonly https: boolean },
): void {
  for (const [name, value] of Object.entries(commonHeaders(options.https))) response.setHeader(name, value);
  response.setHeader(
    'content-security-policy',
    options.path.startsWith('/api/docs') ? DOCS_POLICY : DATA_POLICY,
  );
  response.setHeader('cache-control', 'no-store');
}
