/** An address as people write it; that of IPv6 stands in brackets (RFC 3986 §3.2.2). */
export function addressText(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
