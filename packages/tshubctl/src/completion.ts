import type { CommandSpec, OptionSpec } from './command.ts';

export const shells = ['bash', 'fish', 'zsh'] as const;
export type Shell = (typeof shells)[number];

/** One place where something can be typed: the words so far, and what may come next. */
interface Place {
  readonly path: readonly string[];
  readonly words: readonly { readonly word: string; readonly says: string }[];
}

/** A completion script for a shell, made from the command tree. */
export function completionScript(shell: Shell, program: CommandSpec, options: readonly OptionSpec[]): string {
  const places = placesOf(program, [], options);
  switch (shell) {
    case 'bash':
      return bash(places);
    case 'fish':
      return fish(places);
    case 'zsh':
      return zsh(places);
  }
}

function placesOf(command: CommandSpec, path: readonly string[], inherited: readonly OptionSpec[]): Place[] {
  const { commands = [], arguments: args = [], options = [] } = command;
  const words = [
    ...commands.map(({ name, says }) => ({ word: name, says })),
    ...args.flatMap(({ choices = [], says }) => choices.map((word) => ({ word, says }))),
    ...[...options, ...inherited].map(({ name, says }) => ({ word: `--${name}`, says })),
  ];
  return [{ path, words }, ...commands.flatMap((child) => placesOf(child, [...path, child.name], inherited))];
}

/** Words so far without options, joined: what the places are looked up by. */
const keyOf = ({ path }: Place): string => path.join(' ');

function bash(places: readonly Place[]): string {
  const cases = places.map(
    (place) => `    '${keyOf(place)}') words='${place.words.map(({ word }) => word).join(' ')}' ;;`,
  );
  return `# bash completion for tshubctl
_tshubctl() {
  local path='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || path+="\${path:+ }$word"
  done
  while :; do
    case $path in
${cases.join('\n')}
    esac
    [[ -n $words || -z $path ]] && break
    [[ $path == *' '* ]] && path=\${path% *} || path=''
  done
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -F _tshubctl tshubctl
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap((place) =>
    place.words.map(({ word, says }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
      return `complete -c tshubctl -f -n '__tshubctl_at "${keyOf(place)}"' ${what} -d ${quote(says)}`;
    }),
  );
  return `# fish completion for tshubctl
function __tshubctl_at
  set -l typed (string match -v -- '-*' (commandline -opc)[2..])
  set -l path (string join ' ' -- $typed)
  test "$path" = "$argv[1]"; or begin; test -n "$argv[1]"; and string match -q -- "$argv[1] *" "$path"; end
end
${lines.join('\n')}
`;
}

function zsh(places: readonly Place[]): string {
  const cases = places.map((place) => {
    const words = place.words.map(({ word, says }) => `      ${quote(`${word}:${says.replaceAll(':', '\\:')}`)}`);
    return `    '${keyOf(place)}') entries=(\n${words.join('\n')}\n    ) ;;`;
  });
  return `#compdef tshubctl
# zsh completion for tshubctl
_tshubctl() {
  local -a entries typed
  local path_so_far
  typed=(\${\${words[2,CURRENT-1]}:#-*})
  path_so_far="\${(j: :)typed}"
  while true; do
    case $path_so_far in
${cases.join('\n')}
    esac
    (( $#entries )) || [[ -z $path_so_far ]] && break
    [[ $path_so_far == *' '* ]] && path_so_far="\${path_so_far% *}" || path_so_far=''
  done
  _describe 'tshubctl' entries
}
_tshubctl "$@"
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
