/** Reads where a service listens: `http://127.0.0.1:9999` or `http+unix://%2Frun%2Ftshub-services%2Fgrader%2Fsock`. As proxyd names targets; null for anything else. */
export function serviceTarget(url: string): string | null {
  const socket = /^(?:http\+)?unix:\/\/([^/]+)\/?$/.exec(url)?.[1];
  if (socket !== undefined) return socketTarget(socket);
  const tcp = /^http:\/\/(localhost|127(?:\.\d{1,3}){3}|\[::1\]):(\d{1,5})\/?$/.exec(url);
  const port = Number(tcp?.[2] ?? 0);
  if (tcp === null || port < 1 || port > 65_535) return null;
  return `tcp:${tcp[1] === 'localhost' ? '127.0.0.1' : tcp[1]}:${port}`;
}

function socketTarget(escaped: string): string | null {
  try {
    const path = decodeURIComponent(escaped);
    return path.startsWith('/') ? `unix:${path}` : null;
  } catch {
    return null;
  }
}

/** Where browsers reach a service. */
export function servicePrefix(name: string): string {
  return `/services/${name}/`;
}

/** Names that mean the same in a path, a unit, a scope and a client id. */
export const serviceName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
export const serviceNameSays = 'expected 1 to 64 characters of A-Z, a-z, 0-9, "_.-", beginning with a letter or digit';
export const serviceUrlSays =
  'expected "http://127.0.0.1:PORT" or "http+unix://" with a path below /run/tshub-services in which "/" is written "%2F"';
