export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
  /** Value of Proxy-Authorization; null where the address names no user. Never shown, never logged. */
  readonly authorization: string | null;
  /** `host:port`, without credentials. */
  readonly shown: string;
}

/** Reads a value of HTTPS_PROXY, with or without a scheme. A sentence where it is none that can be spoken to here. */
export function parseProxyAddress(text: string): ProxyAddress | string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase() ?? null;
  if (scheme !== null && scheme !== 'http')
    return 'The proxy is spoken to over TLS or SOCKS, which is not looked through: only http proxies are';
  const url = URL.parse(scheme === null ? `http://${text}` : text);
  if (url === null || url.hostname === '') return 'The proxy’s address cannot be read';
  const port = url.port === '' ? 80 : Number(url.port);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    authorization: authorizationOf(url),
    shown: `${url.hostname}:${port}`,
  };
}

/** Masked ones are none: the proxy then says itself that it wants some. */
function authorizationOf(url: URL): string | null {
  if (url.username === '' || url.username === '***') return null;
  const words = `${decoded(url.username)}:${decoded(url.password)}`;
  return `Basic ${Buffer.from(words, 'utf8').toString('base64')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % stands for itself
  }
}
