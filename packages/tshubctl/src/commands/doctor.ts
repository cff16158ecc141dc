import type { Context, Outcome } from '../command.ts';
import { checks } from '../doctor/checks.ts';
import { gatherFacts } from '../doctor/facts.ts';
import type { Verdict } from '../doctor/verdict.ts';
import { exitCodes } from '../exit.ts';
import { paint, printable, type Style } from '../output/style.ts';

const styles: Readonly<Record<Verdict['level'], Style>> = { ok: 'green', warn: 'yellow', fail: 'red' };

/** Looks at everything on this host that tshub stands on. Changes nothing. */
export async function examine(context: Context): Promise<Outcome> {
  const facts = await gatherFacts(context);
  const found = checks.map(({ name, judge }) => ({ check: name, ...judge(facts) }));
  const width = Math.max(...found.map(({ check }) => check.length));
  return {
    json: { checks: found.map((one) => ({ advice: null, ...one })) },
    text: ({ isColoured }) =>
      found
        .flatMap(({ check, level, says, advice }) => [
          `${paint(level.padEnd(4), styles[level], isColoured)}  ${check.padEnd(width)}  ${printable(says)}`,
          ...(advice === undefined ? [] : [`${' '.repeat(width + 8)}${printable(advice)}`]),
        ])
        .join('\n'),
    exit: found.some(({ level }) => level === 'fail') ? exitCodes.failed : exitCodes.ok,
  };
}
