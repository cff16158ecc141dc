import { type Bus, systemd1Manager } from '@tshub/bus';

/** Whether the service manager ends this unit to start it again; false too when it cannot be asked. */
export async function isRestart(connect: () => Promise<Bus>, unit: string): Promise<boolean> {
  try {
    const bus = await connect();
    try {
      const jobs = await bus.calls(systemd1Manager).ListJobs();
      return jobs.some(([, name, type]) => name === unit && type === 'restart');
    } finally {
      await bus.close();
    }
  } catch {
    return false;
  }
}
