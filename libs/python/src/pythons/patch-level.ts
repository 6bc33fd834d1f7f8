import type { Reader, Scan } from '../scan.ts';

/** `#define PY_VERSION "3.11.7"` where the headers are installed. */
export async function patchLevel(
  scan: Scan,
  { path, reader }: { readonly path: string; readonly reader: Reader },
): Promise<string | null> {
  const read = await scan.read(path, { reader, maxBytes: 64 * 1024 });
  if (read.state !== 'read') return null;
  return (
    /^#define\s+PY_VERSION\s+"(\d[^"]{0,60})"/m.exec(Buffer.from(read.bytes).toString('utf8'))?.[1] ?? null
  );
}
