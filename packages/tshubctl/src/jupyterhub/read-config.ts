import { type Literal, readLiteral } from './python-literal.ts';
import { tableOf } from './settings-map.ts';

/** One assignment of a jupyterhub_config.py, and what becomes of it. */
export interface ConfigLine {
  readonly line: number;
  /** As it stands there, such as `SystemdSpawner.mem_limit`. */
  readonly trait: string;
  readonly settings: ReadonlyArray<readonly [path: string, value: Literal]>;
  /** What is to be known about it; '' if nothing. */
  readonly advice: string;
}

/** Reads what is written plainly: `c.Class.trait = literal`. The file is a program; it is not run, and what it works out is told as not read. */
export function readPeerConfig(text: string): readonly ConfigLine[] {
  const found: ConfigLine[] = [];
  const assignments = /^[ \t]*c\.([A-Z]\w*)\.(\w+)([ \t]*=(?!=)[ \t]*|\.\w+\(|[ \t]*\+=|\[)/gm;
  let line = 1;
  let counted = 0;
  for (const match of text.matchAll(assignments)) {
    const [whole, name = '', trait = '', operator = ''] = match;
    line += text.slice(counted, match.index).split('\n').length - 1;
    counted = match.index;
    const literal =
      operator.includes('=') && !operator.includes('+')
        ? readLiteral(text.slice(match.index + whole.length))
        : undefined;
    found.push({ line, trait: `${name}.${trait}`, ...become(name, trait, literal?.value) });
  }
  return found;
}

function become(name: string, trait: string, value: Literal | undefined): Pick<ConfigLine, 'advice' | 'settings'> {
  const table = tableOf(name) ?? {};
  const map = Object.hasOwn(table, trait) ? table[trait] : undefined;
  if (map === undefined) return { settings: [], advice: 'there is nothing like it here' };
  if (value === undefined) {
    const advised = map('');
    if (!('settings' in advised)) return { settings: [], advice: advised.advice };
    const [first] = advised.settings.map(([path]) => path);
    return {
      settings: [],
      advice: `it is worked out by a program and was not read${first === undefined ? '' : `; here it is ${first}`}`,
    };
  }
  const mapped = map(value);
  return { settings: 'settings' in mapped ? mapped.settings : [], advice: mapped.advice ?? '' };
}

/** The settings of all lines as a file for /etc/tshub/tshub.toml.d; what comes later wins, as there. */
export function settingsFile(lines: readonly ConfigLine[]): string {
  const sections = new Map<string, Map<string, Literal>>();
  for (const [path, value] of lines.flatMap(({ settings }) => settings)) {
    const at = path.lastIndexOf('.');
    const section = sections.get(path.slice(0, at)) ?? new Map<string, Literal>();
    section.set(path.slice(at + 1), value);
    sections.set(path.slice(0, at), section);
  }
  return [...sections]
    .map(([name, values]) =>
      [`[${name}]`, ...[...values].map(([one, value]) => `${one} = ${toml(value)}`), ''].join('\n'),
    )
    .join('\n');
}

function toml(value: Literal): string {
  if (Array.isArray(value)) return `[${value.map((one) => toml(one)).join(', ')}]`;
  if (value !== null && typeof value === 'object')
    return `{ ${Object.entries(value)
      .map(([name, one]) => `${JSON.stringify(name)} = ${toml(one)}`)
      .join(', ')} }`;
  return JSON.stringify(value ?? '');
}
