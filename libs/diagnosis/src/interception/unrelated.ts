const IPV4 = /^\d+(\.\d+){3}$/;

/**
 * True where two of them belong to different owners, as far as names tell. Without the public suffix list: the last two labels, or three
 * where those two look like a registry's (`co.uk`, `com.au`). An address is an owner of its own.
 */
export function unrelated(hosts: readonly string[]): boolean {
  return new Set(hosts.map(owner)).size > 1;
}

function owner(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (IPV4.test(name) || name.includes(':')) return name;
  const labels = name.split('.');
  const [second = '', top = ''] = labels.slice(-2);
  const isRegistry = top.length === 2 && second.length <= 3 && labels.length > 2;
  return labels.slice(isRegistry ? -3 : -2).join('.');
}
