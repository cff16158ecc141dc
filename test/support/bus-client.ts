/** Calls one method of a table, as whatever uid this process has: bus-client.ts ADDRESS INTERFACE METHOD ARGUMENTS-AS-JSON. Prints the outcome as JSON. */
import { connectBus } from '@tshub/bus';
import { interfaces, TshubError } from '@tshub/contract';

const [address = '', name = '', method = '', json = '[]'] = process.argv.slice(2);
const table = interfaces.find((one) => one.name === name);
if (table === undefined) throw new Error(`no interface ${name}`);
const bus = await connectBus({ address });
const calls = bus.calls(table) as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
const outcome = await calls[method]?.(...(JSON.parse(json) as unknown[])).then(
  (value) => ({ value }),
  (error: unknown) => ({
    code: error instanceof TshubError ? error.code : 'other',
    message: String(error),
  }),
);
process.stdout.write(
  JSON.stringify(outcome, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
);
await bus.close();
