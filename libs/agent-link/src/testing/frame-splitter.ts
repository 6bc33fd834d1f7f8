/** Where a WebSocket frame ends (RFC 6455 §5.2); undefined while it is not whole. */
function frameLength(bytes: Buffer): number | undefined {
  const second = bytes[1];
  if (second === undefined) return undefined;
  const masked = (second & 0x80) !== 0 ? 4 : 0;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const head = 2 + extended + masked;
  if (bytes.length < head) return undefined;
  const length = extended === 0 ? short : bytes.readUIntBE(extended === 2 ? 2 : 4, extended === 2 ? 2 : 6);
  return bytes.length < head + length ? undefined : head + length;
}

/** Hands on the HTTP head untouched, and then frame by frame what `edit` makes of each text frame. */
export function createFrameSplitter(edit: (frame: Buffer) => readonly Buffer[]): (chunk: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0);
  let upgraded = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const out: Buffer[] = [];
    const take = (length: number): Buffer => {
      const taken = rest.subarray(0, length);
      rest = rest.subarray(length);
      return taken;
    };
    if (!upgraded) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return Buffer.alloc(0);
      upgraded = true;
      out.push(take(end + 4));
    }
    for (let length = frameLength(rest); length !== undefined; length = frameLength(rest)) {
      const frame = take(length);
      out.push(...((frame[0] ?? 0) === 0x81 ? edit(frame) : [frame]));
    }
    return Buffer.concat(out);
  };
}

/** A text frame as the proxy itself would write it; to a server it has to be masked (RFC 6455 §5.1), here with zeros. */
export function textFrame(text: string, masked: boolean): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.from([0x81, (masked ? 0x80 : 0) | 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, ...(masked ? [Buffer.alloc(4)] : []), payload]);
}

/** What a whole text frame says, its mask taken off (RFC 6455 §5.3). */
export function unmasked(frame: Buffer): string {
  const short = (frame[1] ?? 0) & 0x7f;
  const masked = ((frame[1] ?? 0) & 0x80) !== 0;
  const at = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
  if (!masked) return frame.subarray(at).toString('utf8');
  const mask = frame.subarray(at, at + 4);
  return Buffer.from(frame.subarray(at + 4).map((byte, n) => byte ^ (mask[n % 4] ?? 0))).toString('utf8');
}
