const YEAR_SECONDS = 31_536_000;

/** A setting of this reader that the server needs for the first paint. No secret. */
export function setReaderCookie(name: string, value: string): void {
  const secure = window.location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}
