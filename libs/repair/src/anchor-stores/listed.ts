/**
 * Is it in Mozilla's list of the newest release that this one knows? NSS carries that list in itself, and Linux distributions ship it.
 * Some 100 KiB, loaded when a job first asks.
 */
export async function isListed(anchor: string): Promise<boolean> {
  const { ROOT_CATALOGUE } = await import('@trustfleet/certificates/catalogue');
  return ROOT_CATALOGUE.bySha256(anchor)?.left === null;
}
