import { BusError } from '@tshub/bus';
import { TshubError } from '@tshub/contract';
import type { CommanderError } from 'commander';
import { renderJson } from './output/json.ts';
import { printable } from './output/style.ts';

export const exitCodes = { ok: 0, failed: 1, usage: 2, daemonAway: 5 } as const;

export interface Failure {
  readonly exit: number;
  readonly code: string;
  readonly message: string;
}

const notThere = new Set(['org.freedesktop.DBus.Error.ServiceUnknown', 'org.freedesktop.DBus.Error.NameHasNoOwner']);

/** What a person is told, and the exit code (errors.ts of the contract). Never a stack. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof TshubError) return { exit: error.exit, code: error.code, message: adviceOf(error) };
  if (error instanceof BusError) return { exit: exitCodes.failed, code: 'bus', message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { exit: exitCodes.failed, code: 'internal', message: `this should not happen: ${message}` };
}

function adviceOf(error: TshubError): string {
  const { unit } = error.params;
  const { cause } = error;
  if (error.code !== 'daemon_away' || typeof unit !== 'string') return error.message;
  return isNotThere(cause)
    ? `${unit} is not running: systemctl start ${unit.replace(/\.service$/, '')}`
    : error.message;
}

/** A name that nobody has on the bus, or a socket that nobody listens on. */
function isNotThere(cause: unknown): boolean {
  if (cause instanceof BusError) return notThere.has(cause.busName);
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED');
}

/** What goes to standard error. */
export function renderFailure({ code, message }: Failure, isJson: boolean): string {
  if (isJson) return renderJson({ error: { code, message } });
  return `${message
    .split('\n')
    .map((line) => `tshubctl: ${printable(line)}`)
    .join('\n')}\n`;
}

/** commander has printed its sentence by itself; asking for help is no mistake. */
export function exitOfUsage(error: CommanderError): number {
  return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
}
