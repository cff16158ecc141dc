const units = [
  { name: 'hour', seconds: 3600, from: 7200 },
  { name: 'minute', seconds: 60, from: 120 },
  { name: 'second', seconds: 1, from: 0 },
] as const;

/** `61 minutes (limit 60)`: a time and its limit in the limit's own unit, rounded down so that both may be told apart. */
export function timeAgainstLimit(seconds: number, limit: number): string {
  const unit = unitOf(limit);
  const count = floorTo(seconds / unit.seconds, unit.name === 'hour' ? 10 : 1);
  return `${say(count, unit.name)} (limit ${floorTo(limit / unit.seconds, 10)})`;
}

/** `60 minutes`, `1.5 hours` */
export function sayLimit(limit: number): string {
  const unit = unitOf(limit);
  return say(floorTo(limit / unit.seconds, 10), unit.name);
}

function unitOf(limit: number): (typeof units)[number] {
  return units.find(({ from }) => limit >= from) ?? units[2];
}

function say(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function floorTo(value: number, parts: number): number {
  return Math.floor(value * parts) / parts;
}
