import { readFileSync, writeFileSync } from 'node:fs';
import { hub1, type ImportEntry, type ImportReport, importReport, TshubError } from '@tshub/contract';
import type { Context, Input, Outcome, Screen } from '../command.ts';
import { type ConfigLine, readPeerConfig, settingsFile } from '../jupyterhub/read-config.ts';
import { printable } from '../output/style.ts';
import { renderTable } from '../output/table.ts';

/** Thousands of users are some seconds of work for the hub. */
const timeoutMs = 600_000;

/** `tshubctl import-jupyterhub jupyterhub.sqlite --config jupyterhub_config.py`: what would come along; with --apply it does. */
export async function importJupyterHub(context: Context, { args: [file = ''], options }: Input): Promise<Outcome> {
  const apply = options['apply'] === true;
  const config = typeof options['config'] === 'string' ? readPeerConfig(readText(options['config'])) : [];
  if (typeof options['write'] === 'string') writeSettings(options['write'], config);
  context.tell?.(`reading ${file}`);
  // Only here: no other command should load SQLite.
  const { readPeerDatabase } = await import('../jupyterhub/read-database.ts');
  const document = await readPeerDatabase(file);
  context.tell?.(
    `${apply ? 'importing' : 'comparing'} ${document.users.length} users, ${document.tokens.length} tokens`,
  );
  const text = await context.ask(hub1, timeoutMs, (hub) => hub.ImportPeer(JSON.stringify(document), apply));
  const report = importReport.parse(JSON.parse(text));
  return {
    json: { applied: apply, entries: report.entries, settings: config },
    text: (screen) => [renderReport(report, apply, screen), ...renderConfig(config, screen)].join('\n\n'),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TshubError('not_found', { what: `the file ${file}` }, { cause });
  }
}

function writeSettings(file: string, config: readonly ConfigLine[]): void {
  if (config.length === 0) throw new TshubError('bad_request', { problem: '--write: expected --config as well' });
  // Never over something: what stands there may have been worked on.
  writeFileSync(file, settingsFile(config), { flag: 'wx', mode: 0o644 });
}

const order: readonly ImportEntry['what'][] = ['skip', 'change', 'add', 'same'];
const shown = 50;

function renderReport({ entries }: ImportReport, apply: boolean, screen: Screen): string {
  const kinds = [...new Set(entries.map(({ kind }) => kind))];
  const count = (kind: string, what: string): string =>
    String(entries.filter((one) => one.kind === kind && one.what === what).length);
  const counts = renderTable(
    kinds,
    [
      { title: 'WHAT', cell: (kind) => `${kind}s` },
      { title: apply ? 'ADDED' : 'NEW', cell: (kind) => count(kind, 'add') },
      { title: 'CHANGED', cell: (kind) => count(kind, 'change') },
      { title: 'HERE ALREADY', cell: (kind) => count(kind, 'same') },
      { title: 'LEFT OUT', cell: (kind) => count(kind, 'skip') },
    ],
    screen,
  );
  const told = entries
    .filter(({ what }) => what === 'skip' || what === 'change')
    .toSorted((a, b) => order.indexOf(a.what) - order.indexOf(b.what));
  const lines = told
    .slice(0, shown)
    .map(({ kind, name, what, why }) =>
      printable(`${what === 'skip' ? 'left out' : 'changed'}: ${kind} ${name}: ${why}`),
    );
  if (told.length > shown) lines.push(`… and ${told.length - shown} more: --json has them all`);
  const hint = apply ? [] : ['Nothing was changed. With --apply it is done.'];
  return [
    entries.length === 0 ? 'There is nothing to import.' : counts,
    ...(lines.length > 0 ? [lines.join('\n')] : []),
    ...hint,
  ].join('\n\n');
}

function renderConfig(config: readonly ConfigLine[], screen: Screen): string[] {
  if (config.length === 0) return [];
  const table = renderTable(
    config,
    [
      { title: 'LINE', cell: ({ line }) => String(line) },
      { title: 'THERE', cell: ({ trait }) => trait },
      { title: 'HERE', cell: ({ settings }) => settings.map(([path]) => path).join(', '), canShrink: true },
      { title: 'TO KNOW', cell: ({ advice }) => advice, canShrink: true },
    ],
    screen,
  );
  return [table, `As a file for /etc/tshub/tshub.toml.d (--write FILE):\n\n${settingsFile(config).trimEnd()}`];
}
