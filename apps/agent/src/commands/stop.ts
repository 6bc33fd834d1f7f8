import { thisService } from '../service/this-service.ts';

/** Stops the service until it is started again, by hand or with the machine. */
export async function stopCommand(output: NodeJS.WritableStream): Promise<void> {
  const service = await thisService();
  await service.requirePossible();
  await service.stop();
  output.write('The service is stopped. It starts again with the machine, or with: trustfleet-agent start\n');
}
