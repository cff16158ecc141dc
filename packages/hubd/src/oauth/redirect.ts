/** A redirect URI with more parameters; it may be a bare path and may have a query of its own. */
export function withParams(uri: string, params: Readonly<Record<string, string>>): string {
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(params).toString()}`;
}
