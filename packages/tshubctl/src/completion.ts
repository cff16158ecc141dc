import type { CommandSpec, OptionSpec } from './command.ts';

export const shells = ['bash', 'fish', 'zsh'] as const;
export type Shell = (typeof shells)[number];

/** One place where something can be typed: the words so far, and what may come next. */
interface Place {
  readonly path: readonly string[];
  readonly words: readonly { readonly word: string; readonly says: string }[];
  /** Whether names may come that only the hub knows; `tshubctl completion SHELL -- WORDS` prints them. */
  readonly isLive: boolean;
  readonly hasFiles: boolean;
  /** Whether what comes next are arguments, and no verb. */
  readonly isLast: boolean;
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
  const isLive = [...args, ...options].some(({ names }) => names !== undefined);
  const hasFiles = args.some(({ isFile }) => isFile === true) || options.some(({ value }) => value === 'file');
  return [
    { path, words, isLive, hasFiles, isLast: commands.length === 0 },
    ...commands.flatMap((child) => placesOf(child, [...path, child.name], inherited)),
  ];
}

/** Words so far without options, joined: what the places are looked up by. */
const keyOf = ({ path }: Place): string => path.join(' ');

/** Names are compared and quoted by hand: `compgen -W` would run what is in them. */
function bash(places: readonly Place[]): string {
  const cases = places.map((place) => {
    const more = `${place.isLive ? ' live=1' : ''}${place.hasFiles ? ' files=1' : ''}`;
    return `    '${keyOf(place)}') words='${place.words.map(({ word }) => word).join(' ')}'${more} ;;`;
  });
  return `# bash completion for tshubctl
_tshubctl() {
  local path='' words='' live='' files='' word cur=\${COMP_WORDS[COMP_CWORD]}
  [[ $cur == = ]] && cur=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* || $word == = ]] || path+="\${path:+ }$word"
  done
  while :; do
    case $path in
${cases.join('\n')}
    esac
    [[ -n $words || -z $path ]] && break
    [[ $path == *' '* ]] && path=\${path% *} || path=''
  done
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  if [[ -n $live && $cur != -* ]]; then
    while IFS= read -r word; do
      [[ $word == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$word")")
    done < <(tshubctl completion bash -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" "$cur" 2>/dev/null)
  fi
  [[ -n $files ]] && compopt -o default 2>/dev/null
  return 0
}
complete -F _tshubctl tshubctl
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap((place) => {
    const line = (what: string, noFiles = '-f ') =>
      `complete -c tshubctl ${noFiles}-n '__tshubctl_${place.isLast ? 'below' : 'at'} "${keyOf(place)}"' ${what}`;
    return [
      ...place.words.map(({ word, says }) =>
        line(`${word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`} -d ${quote(says)}`),
      ),
      ...(place.isLive ? [line(`-a '(__tshubctl_names)'`)] : []),
      ...(place.hasFiles ? [line('-F', '')] : []),
    ];
  });
  return `# fish completion for tshubctl
function __tshubctl_path
  string join ' ' -- (string match -v -- '-*' (commandline -opc)[2..])
end
function __tshubctl_at
  test "$(__tshubctl_path)" = "$argv[1]"
end
function __tshubctl_below
  string match -q -- "$argv[1] *" "$(__tshubctl_path) "
end
function __tshubctl_names
  set -l current (commandline -ct)
  string match -q -- '-*' "$current"; and return
  tshubctl completion fish -- (commandline -opc)[2..] "$current" 2>/dev/null
end
${lines.join('\n')}
`;
}

function zsh(places: readonly Place[]): string {
  const cases = places.map((place) => {
    const words = place.words.map(({ word, says }) => `      ${quote(`${word}:${says.replaceAll(':', '\\:')}`)}`);
    const more = `${place.isLive ? ' live=1' : ''}${place.hasFiles ? ' files=1' : ''}`;
    return `    '${keyOf(place)}') entries=(\n${words.join('\n')}\n    )${more} ;;`;
  });
  return `#compdef tshubctl
# zsh completion for tshubctl
_tshubctl() {
  local -a entries typed names
  local path_so_far live files
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
  if [[ -n $live && $words[CURRENT] != -* ]]; then
    names=("\${(@f)$(tshubctl completion zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    compadd -a names
  fi
  [[ -n $files ]] && _files
}
_tshubctl "$@"
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
