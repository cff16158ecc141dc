// Measures and reports, never judges: scripts/bench NAME.
import { crowd } from './crowd.ts';
import type { Bench } from './frame.ts';
import { hub } from './hub.ts';
import { proxyRoutes } from './proxy-routes.ts';
import { proxy } from './proxy.ts';
import { spawner } from './spawner.ts';

/** Every bench, sorted by name. */
const benches: readonly Bench[] = [crowd, hub, proxy, proxyRoutes, spawner];

const [, , name, rounds = '3'] = process.argv;
const bench = benches.find((candidate) => candidate.name === name);
if (bench === undefined) {
  for (const { name: known, says } of benches) console.log(`${known.padEnd(12)}${says}`);
  process.exit(name === undefined || name === '--help' ? 0 : 2);
}
await bench.run({ rounds: Number(rounds), print: (line) => console.log(line) });
