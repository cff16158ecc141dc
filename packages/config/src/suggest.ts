import { closest, distance } from 'fastest-levenshtein';
import * as z from 'zod';
import { schema } from './schema.ts';

/** What administrators of JupyterHub and systemdspawner would write. */
const hints: ReadonlyMap<string, string> = new Map([
  ['spawner.cmd', 'it is called command here'],
  ['spawner.notebook_dir', 'it is called user_workingdir here'],
  ['spawner.profile_list', 'write [[profiles]]'],
  ['spawner.unit_name_template', 'units are always called tshub-server-USER.service'],
]);

const socket = 'where the proxy listens is for its socket to say: systemctl edit tshub-proxyd.socket';
/** What is looked for in any section. */
const anywhere: ReadonlyMap<string, string> = new Map([
  ['bind_url', socket],
  ['ip', socket],
  ['port', socket],
]);

/** The part of a JSON schema that tells which keys there are. */
interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

/** What to do about a key that there is not, such as `did you mean "name"?`; `path` ends with it. */
export function suggest(path: readonly string[]): string {
  const key = path.at(-1) ?? '';
  const hint = hints.get(path.join('.')) ?? anywhere.get(key);
  if (hint !== undefined) return hint;
  // Only when something is wrong, and not at the start of every daemon.
  const top = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node;
  const near = nearest(key, keysAt(top, path.slice(0, -1)));
  if (near !== undefined) return `did you mean ${JSON.stringify(near)}?`;
  // A line added at the end of a file belongs to the section that happens to be the last.
  const sections = keysAt(top, []).filter((section) => keysAt(top, [section]).includes(key));
  if (sections.length > 0) return `it belongs to ${sections.map((section) => `[${section}]`).join(' or ')}`;
  return 'see tshub.toml(5)';
}

function keysAt(node: Node | undefined, path: readonly string[]): string[] {
  if (node === undefined) return [];
  if (node.anyOf !== undefined) return node.anyOf.flatMap((one) => keysAt(one, path));
  const [key, ...rest] = path;
  if (key === undefined) return Object.keys(node.properties ?? {});
  const other = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
  const properties = new Map(Object.entries(node.properties ?? {}));
  return keysAt(node.items ?? properties.get(key) ?? other, rest);
}

/** A slip of the fingers, and no other word. */
function nearest(key: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const near = closest(key, known);
  return distance(key, near) <= Math.max(1, Math.floor(key.length / 4)) ? near : undefined;
}
