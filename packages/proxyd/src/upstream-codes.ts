/** `code` of the errors that an upstream connection ends with, beside Node's own. */
export const upstreamCodes = {
  peer: 'TSHUB_PEER',
  connectTimeout: 'TSHUB_CONNECT_TIMEOUT',
  silent: 'TSHUB_SILENT',
  /** The route is gone. */
  closed: 'TSHUB_CLOSED',
  /** As many wait for a connection as may. */
  full: 'TSHUB_FULL',
} as const;

export function coded(code: string, message: string): Error & { code: string } {
  return Object.assign(new Error(message), { code });
}
