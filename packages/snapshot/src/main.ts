import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { migrations } from '@tshub/hubd/migrations';
import { problemOf, withCopy } from './snapshot.ts';

// Run by `tshubctl backup` and `restore` as the account tshub: what the hub wrote is never opened by root.
const [verb, file = ''] = process.argv.slice(2);
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

try {
  if (verb === 'copy') await withCopy(file, (copy) => pipeline(createReadStream(copy), process.stdout));
  else if (verb === 'check')
    tell(
      await problemOf(
        file,
        migrations.map(({ name }) => name),
      ),
    );
  else tell('usage: snapshot copy|check FILE');
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
}

function tell(problem: string | null): void {
  if (problem === null) return;
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
