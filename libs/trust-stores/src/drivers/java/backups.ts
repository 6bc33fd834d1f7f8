import type { TrustStorePorts } from '../../ports.ts';

const KEPT = 3;

/** Beside the keystore, 1 is the newest; the oldest of four goes. */
function backupPath(path: string, number: number): string {
  return `${path}.trustfleet-backup-${number}`;
}

export async function keepBackup(
  ports: TrustStorePorts,
  { path, bytes }: { path: string; bytes: Uint8Array },
): Promise<void> {
  for (let number = KEPT; number > 1; number -= 1) {
    const newer = await ports.readFile(backupPath(path, number - 1), { maxBytes: 64 * 1024 * 1024 });
    if (newer.state === 'read') await ports.writeFile(backupPath(path, number), newer.bytes, { mode: 0o644 });
  }
  await ports.writeFile(backupPath(path, 1), bytes, { mode: 0o644 });
}
