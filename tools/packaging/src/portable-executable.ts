/** Offsets of the PE format (Microsoft, "PE Format"): the optional header of 64-bit images. */
const E_LFANEW = 0x3c;
const OPTIONAL_HEADER = 24;
const PE32_PLUS = 0x20b;
const CHECKSUM = 64;
const SUBSYSTEM = 68;
const CERTIFICATE_TABLE = 112 + 4 * 8;
/** IMAGE_SUBSYSTEM_WINDOWS_CUI: it has a console, which a command line needs and a service never shows. */
const CONSOLE = 3;

/**
 * The image without its signature, which no longer holds for a changed image: Windows would call it tampered with. It lies at the
 * end of the file, so that cutting it moves nothing. Throws for what is no 64-bit console program.
 */
export function withoutSignature(image: Uint8Array): Uint8Array {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const pe = view.getUint32(E_LFANEW, true);
  const optional = pe + OPTIONAL_HEADER;
  if (view.getUint32(pe, false) !== 0x50450000 || view.getUint16(optional, true) !== PE32_PLUS)
    throw new Error('The Node for Windows is no 64-bit program: pin another.');
  if (view.getUint16(optional + SUBSYSTEM, true) !== CONSOLE)
    throw new Error('The Node for Windows is no console program: pin another.');
  const table = optional + CERTIFICATE_TABLE;
  const [start, size] = [view.getUint32(table, true), view.getUint32(table + 4, true)];
  if (size !== 0 && start + size !== image.byteLength)
    throw new Error('The signature of Node for Windows is not the end of the file, and cannot be cut off.');
  const bare = Uint8Array.from(size === 0 ? image : image.subarray(0, start));
  const out = new DataView(bare.buffer);
  out.setBigUint64(table, 0n, true);
  out.setUint32(optional + CHECKSUM, 0, true);
  return bare;
}
