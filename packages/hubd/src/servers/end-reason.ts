import { constants } from 'node:os';

/** What the service manager said of a program's end (org.freedesktop.systemd1.Service). */
export interface ServiceResult {
  readonly result: string;
  /** 1 exited, 2 killed, 3 dumped, 0 unknown. */
  readonly code: number;
  readonly status: number;
}

/** Whether a program has run, and has ended or could not be run. */
export function hasRun({ result, code }: ServiceResult): boolean {
  return code !== 0 || (result !== 'success' && result !== '');
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/**
 * Why a server ended, when its unit is gone and only its last signal is left to go by.
 * A transient unit that ends cleanly is gone at once; the others stay until Forget, and spawnerd knows more about them.
 */
export function endReason(said: ServiceResult | null): string {
  if (said === null) return 'it ended by itself';
  const { result, code, status } = said;
  if (result === 'oom-kill') return 'it ran out of memory';
  if (result === 'timeout') return 'it ran longer than allowed';
  if (code === 1) return status === 0 ? 'it exited by itself (code 0)' : `it exited with code ${status}`;
  if (code === 2 || code === 3) return `it was ended by signal ${signalNames.get(status) ?? status}`;
  return result === 'success' || result === '' ? 'it ended by itself' : `it ended (${result})`;
}
