/** Cookies between browsers and user servers: what is the hub's stays between the browser and the hub. Pure. */

const hubLogin = /^(?:__Host-|__Secure-)?jupyterhub-hub-login(?:\.sig)?$/;
const hubNames = /^(?:__host-|__secure-)?jupyterhub-(?:hub-login|session-id)$/;
// With the one that servers of Jupyter guard their forms with: a neighbour's would come beside the right one.
const ownNames = /^(?:(?:__host-|__secure-)?(?:jupyterhub|tshub)-|_xsrf$)/;

/** A Cookie header without the hub's login; the very same string when it held none, '' when it held nothing else. */
export function withoutHubLogin(header: string): string {
  if (!header.includes('jupyterhub-hub-login')) return header;
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => !hubLogin.test(nameOf(pair)))
    .join('; ');
}

/**
 * Whether a user server below `prefix` may set this cookie on the origin that it shares with the hub and its neighbours:
 * none of the hub's names, no Domain, nothing for the paths of others; our own kind of names only for its own path.
 * `requestPath` is that of the request which is answered: a cookie without a path of its own is for its folder.
 */
export function mayServerSet(setCookie: string, prefix: string, requestPath: string): boolean {
  const [pair = '', ...attributes] = setCookie.split(';');
  const name = nameOf(pair).toLowerCase();
  // Browsers send a cookie without a name as its bare value, which then reads as a name and a value of the server's choice.
  if (name === '' || hubNames.test(name)) return false;
  let path: string | undefined;
  for (const attribute of attributes) {
    const key = nameOf(attribute).toLowerCase();
    if (key === 'domain') return false;
    if (key === 'path') path = valueOf(attribute);
  }
  // For "/user/ada" itself, which leads to ada's server too, that is everybody's folder.
  if (path === undefined || !path.startsWith('/')) path = requestPath.slice(0, requestPath.lastIndexOf('/'));
  const decoded = `${decodePath(path)}/`;
  if (decoded.startsWith(decodePath(prefix))) return true;
  if (/^\/(?:hub|services|user)\//i.test(decoded)) return false;
  return !ownNames.test(name);
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=');
  return (equals === -1 ? pair : pair.slice(0, equals)).trim();
}

function valueOf(pair: string): string {
  const equals = pair.indexOf('=');
  return equals === -1 ? '' : pair.slice(equals + 1).trim();
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
