/** A route as the hub wants it. */
export interface WantedRoute {
  readonly prefix: string;
  readonly target: string;
  readonly uid: number;
  readonly data: Readonly<Record<string, string>>;
}

export interface PresentRoute {
  readonly prefix: string;
  readonly target: string;
  readonly uid: number;
}

export interface RouteChanges {
  readonly add: readonly WantedRoute[];
  readonly drop: readonly string[];
}

/**
 * What to change so that the proxy has exactly the wanted routes below /user/ and /services/.
 * Busy prefixes, whose server starts or stops, are left alone: those routes are that start's or stop's own matter.
 */
export function routeChanges(
  wanted: readonly WantedRoute[],
  present: readonly PresentRoute[],
  isBusy: (prefix: string) => boolean,
): RouteChanges {
  const presentBy = new Map(present.map((route) => [route.prefix, route]));
  const wantedPrefixes = new Set(wanted.map((route) => route.prefix));
  return {
    add: wanted.filter((route) => {
      const there = presentBy.get(route.prefix);
      return !isBusy(route.prefix) && (there?.target !== route.target || there.uid !== route.uid);
    }),
    drop: present
      .map((route) => route.prefix)
      .filter((prefix) => /^\/(?:user|services)\//.test(prefix) && !wantedPrefixes.has(prefix) && !isBusy(prefix)),
  };
}
