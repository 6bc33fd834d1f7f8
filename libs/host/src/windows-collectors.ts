import { arch, cpus, hostname, networkInterfaces, release, totalmem, version } from 'node:os';
import type { Collectors } from './system-facts.ts';
import { createRegistry, type WindowsRegistry } from './windows-registry/index.ts';

const BIOS = 'HARDWARE\\DESCRIPTION\\System\\BIOS';
const CURRENT_VERSION = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
/** What hypervisors write into the tables that the BIOS key shows. */
const HYPERVISOR =
  /vmware|virtualbox|innotek|qemu|kvm|xen|parallels|bochs|virtual machine|amazon ec2|google compute/i;
/** Adapters that other programs bring and take (Wi-Fi Direct, Hyper-V, VPNs): no facts of the machine. */
const COMES_AND_GOES =
  /^(local area connection\*|vethernet|loopback|bluetooth|teredo|isatap|6to4)|\b(vpn|tap|tun|wintun|wireguard|tailscale|zerotier|npcap)\b/i;

async function textsOf(registry: WindowsRegistry, key: string): Promise<ReadonlyMap<string, string>> {
  const read = await registry.read('localMachine', key);
  if (read.state !== 'read') throw new Error(read.detail);
  return new Map(read.values.map(({ name, text }) => [name, text]));
}

/** A server's system has no such value, and older releases none either. */
async function displayVersion(registry: WindowsRegistry): Promise<string | null> {
  const read = await registry.read('localMachine', CURRENT_VERSION);
  if (read.state !== 'read') return null;
  return read.values.find(({ name }) => name === 'DisplayVersion')?.text ?? null;
}

async function maker(registry: WindowsRegistry): Promise<unknown> {
  const bios = await textsOf(registry, BIOS);
  const manufacturer = bios.get('SystemManufacturer') ?? null;
  const model = bios.get('SystemProductName') ?? null;
  return { manufacturer, model, virtual: HYPERVISOR.test(`${manufacturer ?? ''} ${model ?? ''}`) };
}

const adapters = (): unknown[] =>
  Object.entries(networkInterfaces())
    .filter(([iface]) => !COMES_AND_GOES.test(iface))
    .map(([iface, addresses]) => ({
      iface,
      mac: addresses?.[0]?.mac,
      internal: addresses?.[0]?.internal ?? false,
    }));

/**
 * The facts of Windows without starting a program: systeminformation asks PowerShell for them in strings, which security.md forbids.
 * An adapter without any address is not seen here.
 */
export function windowsCollectors(registry: WindowsRegistry = createRegistry()): Collectors {
  const [processor] = cpus();
  return {
    system: () => maker(registry),
    async osInfo() {
      const codename = await displayVersion(registry);
      return {
        distro: version(),
        release: release(),
        kernel: release(),
        codename,
        arch: arch(),
        hostname: hostname(),
      };
    },
    cpu: () => Promise.resolve({ manufacturer: null, brand: processor?.model ?? null, cores: cpus().length }),
    mem: () => Promise.resolve({ total: totalmem() }),
    networkInterfaces: () => Promise.resolve(adapters()),
  };
}
