import type { ProxySettings } from '../types.ts';

/**
 * The proxy that a program of these variables would take to `host`, as Python's urllib reads NO_PROXY (names and their subdomains, `*`,
 * with or without port); null: straight to it.
 */
export function proxyFor(
  endpoint: { readonly host: string; readonly port: number },
  settings: ProxySettings,
): string | null {
  if (settings.httpsProxy === null || settings.httpsProxy === '') return null;
  return bypassed(endpoint, settings.noProxy ?? '') ? null : settings.httpsProxy;
}

function bypassed(
  { host, port }: { readonly host: string; readonly port: number },
  noProxy: string,
): boolean {
  const names = [host.toLowerCase(), `${host.toLowerCase()}:${port}`];
  const exceptions = noProxy
    .split(',')
    .map((one) =>
      one
        .trim()
        .toLowerCase()
        .replace(/^\*?\./, ''),
    )
    .filter((one) => one !== '');
  return exceptions.some(
    (one) => one === '*' || names.some((name) => name === one || name.endsWith(`.${one}`)),
  );
}
