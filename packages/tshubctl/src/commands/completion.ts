import { TshubError } from '@tshub/contract';
import type { CommandSpec, Context, Input, OptionSpec, Outcome } from '../command.ts';
import { completeNames, wantedAt } from '../complete-names.ts';
import { completionScript, shells, type Shell } from '../completion.ts';

/** The script for a shell; or, when it has words that were typed, the names that the last of them may become. */
export function completionOf(
  tree: () => CommandSpec,
  options: readonly OptionSpec[],
): (context: Context, input: Input) => Promise<Outcome> {
  return async (context, { args: [shell, ...words] }) => {
    const known = shells.find((name): name is Shell => name === shell);
    if (known === undefined)
      throw new TshubError('bad_request', { problem: `shell: expected ${shells.join(' or ')}, found "${shell}"` });
    if (words.length === 0) {
      const script = completionScript(known, tree(), options);
      return { json: { shell: known, script }, text: () => script.trimEnd() };
    }
    const typed = words.map((word) => word ?? '');
    const names = await completeNames(context, wantedAt(tree(), options, typed), typed.at(-1) ?? '');
    return { json: { names }, text: () => names.join('\n') };
  };
}
