export { bundleForWine } from './bundle.ts';
export { prepareWine, type WineLab } from './lab.ts';
export type { WineProcess, WineResult, WineRunOptions } from './processes.ts';
