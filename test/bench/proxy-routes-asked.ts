// The hub's side of the bench: gives all its routes at once, some times, and prints how long each took, and its own CPU meanwhile.
// node proxy-routes-asked.js ADDRESS ROUTES TIMES.
import { readFileSync } from 'node:fs';
import { connectBus } from '@tshub/bus';
import { proxy1 } from '@tshub/contract';

const [, , address = '', count, times] = process.argv;
const bus = await connectBus({ address });
while (!(await bus.nameHasOwner(proxy1.busName))) await new Promise((resolve) => setTimeout(resolve, 50));
const calls = bus.calls(proxy1);
const routes = Array.from({ length: Number(count) }, (_, i) => {
  const id = i.toString(16).padStart(16, '0');
  const data = { user: `user-${i}`, server_name: '' };
  return [`/user/user-${i}/`, `unix:/run/tshub-servers/${id}/sock`, 60_000 + i, data] as const;
});
/** CPU of this thread alone: the compiler and the collector have others, which are in nobody's way. */
const threadMs = (): number => Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[0]) / 1e6;
const took: Array<{ ms: number; cpu: number }> = [];
for (let i = 0; i < Number(times); i++) {
  if (Number(times) > 1) await calls.ReplaceRoutes([]);
  const [began, before] = [performance.now(), threadMs()];
  const [added] = await calls.ReplaceRoutes(routes);
  took.push({ ms: performance.now() - began, cpu: threadMs() - before });
  if (added !== routes.length) throw new Error(`${added} of ${routes.length} routes were added`);
}
console.log(JSON.stringify(took));
await bus.close();
