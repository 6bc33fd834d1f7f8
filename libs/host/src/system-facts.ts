import type { SystemSection } from '@trustfleet/protocol';
import { hostname } from 'node:os';
import { z } from 'zod';
import { errorText } from './errors.ts';
import { clip } from './clip.ts';
import { hostPlatform } from './platform.ts';

/** Makers that filled in nothing write these (SMBIOS tables in the field). */
const PLACEHOLDER =
  /^(|-|none|unknown|default string|not (specified|available|applicable)|n\/a|o\.?e\.?m\.?|to be filled by o\.?e\.?m\.?|system (manufacturer|product name))$/i;

const words = z
  .unknown()
  .optional()
  .transform((value) =>
    typeof value === 'string' && !PLACEHOLDER.test(value.trim()) ? clip(value.trim(), 512) : null,
  );
const count = z
  .unknown()
  .optional()
  .transform((value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null,
  );

const systemSchema = z.object({ manufacturer: words, model: words, virtual: z.boolean().catch(false) });
const osSchema = z.object({
  distro: words,
  release: words,
  codename: words,
  kernel: words,
  arch: words,
  hostname: words,
});
const cpuSchema = z.object({ manufacturer: words, brand: words, cores: count });
const memorySchema = z.object({ total: count });
const interfaceSchema = z.object({
  iface: z.string().max(512),
  mac: words,
  internal: z.boolean().catch(false),
});
const interfacesSchema = z.array(z.unknown()).max(4096).catch([]);

/** Interfaces that containers, virtual machines and tunnels bring and take: no facts of the machine. */
const COMES_AND_GOES =
  /^(veth|docker|br-|virbr|vnet|cni|flannel|cali|lxc|lxd|podman|tun|tap|wg|tailscale|zt|ppp|vmnet|vboxnet|utun|ifb|dummy|nodelocaldns|kube)/;

export interface SystemFacts {
  readonly section: SystemSection;
  /** One line for each collector that failed or was late; its fields are null. */
  readonly problems: readonly string[];
}

/**
 * Stable facts of this machine from the five collectors that stack.md allows. Addresses, free memory, load and everything
 * else that moves by itself is left out.
 */
export async function readSystemFacts(options: { readonly timeoutMs?: number } = {}): Promise<SystemFacts> {
  return await factsFrom(await systemCollectors(), options.timeoutMs ?? 5000);
}

async function systemCollectors(): Promise<Collectors> {
  if (hostPlatform() === 'windows') return (await import('./windows-collectors.ts')).windowsCollectors();
  // Here, since it is large: a program that asks for no facts does not carry it.
  return (await import('systeminformation')).default;
}

/** The five that are used, and no other (stack.md, systeminformation). */
export interface Collectors {
  system(): Promise<unknown>;
  osInfo(): Promise<unknown>;
  cpu(): Promise<unknown>;
  mem(): Promise<unknown>;
  networkInterfaces(): Promise<unknown>;
}

export async function factsFrom(from: Collectors, timeoutMs: number): Promise<SystemFacts> {
  const problems: string[] = [];
  const ask = <T>(name: string, answer: Promise<unknown>, schema: z.ZodType<T>): Promise<T> =>
    bounded({ name, answer, schema, timeoutMs, problems });
  const [system, os, cpu, memory, interfaces] = await Promise.all([
    ask('system', from.system(), systemSchema),
    ask('osInfo', from.osInfo(), osSchema),
    ask('cpu', from.cpu(), cpuSchema),
    ask('mem', from.mem(), memorySchema),
    ask('networkInterfaces', from.networkInterfaces(), interfacesSchema),
  ]);
  const section: SystemSection = {
    ...system,
    hostname: os.hostname ?? clip(hostname() || 'unknown', 512),
    os: {
      platform: hostPlatform(),
      distribution: os.distro,
      release: os.release,
      codename: os.codename,
      kernel: os.kernel,
      architecture: os.arch ?? process.arch,
    },
    cpu: {
      brand:
        cpu.brand === null || cpu.manufacturer === null
          ? cpu.brand
          : clip(`${cpu.manufacturer} ${cpu.brand}`, 512),
      cores: cpu.cores,
    },
    memoryBytes: memory.total,
    interfaces: stableInterfaces(interfaces),
  };
  return { section, problems: problems.toSorted() };
}

interface Question<T> {
  readonly name: string;
  readonly answer: Promise<unknown>;
  readonly schema: z.ZodType<T>;
  readonly timeoutMs: number;
  readonly problems: string[];
}

/** A collector that failed gives what its schema makes of nothing: null fields. */
async function bounded<T>(question: Question<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer after ${question.timeoutMs} ms`));
    }, question.timeoutMs);
  });
  try {
    return question.schema.parse(await Promise.race([question.answer, late]));
  } catch (error) {
    question.problems.push(`${question.name}: ${errorText(error)}`);
    return question.schema.parse({});
  } finally {
    clearTimeout(timer);
  }
}

export function stableInterfaces(found: readonly unknown[]): SystemSection['interfaces'] {
  return found
    .flatMap((value) => {
      const parsed = interfaceSchema.safeParse(value);
      return parsed.success ? [parsed.data] : [];
    })
    .filter((one) => !one.internal && !COMES_AND_GOES.test(one.iface))
    .map((one) => ({
      name: one.iface,
      mac: one.mac === null || /^(00[:-]?){6}$/.test(`${one.mac}:`) ? null : one.mac.toLowerCase(),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .slice(0, 256);
}
