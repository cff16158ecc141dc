const units = [
  { name: 'hour', seconds: 3600, from: 7200 },
  { name: 'minute', seconds: 60, from: 120 },
  { name: 'second', seconds: 1, from: 0 },
] as const;

/** `61 minutes (limit 60)`: a time and its limit in the limit's own unit, rounded down so that both may be told apart. */
export function timeAgainstLimit(seconds: number, limit: number): string {
  const unit = units.find(({ from }) => limit >= from) ?? units[2];
  const count = floorTo(seconds / unit.seconds, unit.name === 'hour' ? 10 : 1);
  const of = floorTo(limit / unit.seconds, 10);
  return `${count} ${unit.name}${count === 1 ? '' : 's'} (limit ${of})`;
}

function floorTo(value: number, parts: number): number {
  return Math.floor(value * parts) / parts;
}
