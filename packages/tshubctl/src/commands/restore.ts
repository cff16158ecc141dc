import { resolve } from 'node:path';
import { accounts, paths, TshubError, units } from '@tshub/contract';
import { readArchive } from '../backup/archive.ts';
import { isThere } from '../backup/collect.ts';
import { adviceOn, leftBehind } from '../backup/left-behind.ts';
import { type Manifest, refused } from '../backup/manifest.ts';
import { databaseEntry } from '../backup/places.ts';
import { gidOf, idsOf, runAs } from '../backup/run-as.ts';
import { Stage, stampOf } from '../backup/stage.ts';
import { tellJournal } from '../backup/tell-journal.ts';
import type { Context, Input, Outcome } from '../command.ts';
import { exitCodes } from '../exit.ts';
import { requireRoot } from './backup.ts';

/** Sockets first, or they would start again what is stopped. */
const stopped = [
  units.hubSocket,
  units.proxySocket,
  units.authSocket,
  units.hub,
  units.proxy,
  units.culler,
  units.spawner,
];

/** Puts back what a backup holds. Nothing is touched before all of it was read, and what was there is kept beside it. */
export async function restore(context: Context, { args, options }: Input): Promise<Outcome> {
  requireRoot('restore');
  const file = resolve(args[0] ?? '');
  if (!(await isThere(file))) throw new TshubError('not_found', { what: file });
  if (options['replace'] !== true && (await isThere(paths.database)))
    throw refused(
      `this host has a hub already (${paths.database}); with --replace the one in the backup takes its place, and the one from now is kept beside it`,
    );
  const before = adviceOn(await leftBehind());
  for (const one of before) context.tell?.(one);
  const stage = new Stage();
  try {
    context.tell?.(`reading ${file}`);
    const manifest = await readArchive(file, stage);
    await stage.giveAway(
      (account) => idsOf(context, account),
      (group) => gidOf(context, group),
    );
    if (manifest.database === 'sqlite') await checkDatabase(context, stage);
    return await putInPlace(context, stage, manifest, file, before);
  } finally {
    await stage.discard();
  }
}

/** By the hub's own account, whose file it is by now. */
async function checkDatabase(context: Context, stage: Stage): Promise<void> {
  context.tell?.('checking the database');
  const command = [process.execPath, `${paths.library}/snapshot.mjs`, 'check', stage.pathOf(databaseEntry)];
  await runAs(await idsOf(context, accounts.hub), command, async (output) => void output.resume());
}

async function putInPlace(
  context: Context,
  stage: Stage,
  manifest: Manifest,
  file: string,
  before: readonly string[],
): Promise<Outcome> {
  const wasActive = (await context.read('systemctl', ['is-active', '--quiet', units.hub]))?.exit === 0;
  context.tell?.('stopping the hub and its proxy');
  await systemctl(context, 'stop', ...stopped);
  let kept: string[];
  try {
    kept = await stage.swap(stampOf(Date.now()));
  } finally {
    if (wasActive) context.tell?.('starting the hub');
    if (wasActive) await systemctl(context, 'start', units.hub, units.proxy).catch(() => undefined);
  }
  const { host, made } = manifest;
  await tellJournal('restored', `the hub of ${host} as it was at ${made} was put in place from ${file}`, {
    file,
    by: context.user,
    from: host,
    made,
  });
  const isUp = (await context.read('systemctl', ['is-active', '--quiet', units.hub]))?.exit === 0;
  const next = [
    ...(manifest.database === 'postgresql'
      ? ['its database is in PostgreSQL; put it back with pg_restore before the hub starts']
      : []),
    ...(wasActive
      ? isUp
        ? []
        : ['the hub does not start; see: journalctl -u tshub']
      : ['start it: systemctl enable --now tshub']),
    ...before.filter((one) => !one.startsWith('a restore was cut off')),
  ];
  return {
    json: { file, made: manifest.made, host: manifest.host, kept, started: wasActive && isUp, next },
    text: () =>
      [
        `restored the hub of ${manifest.host} as it was at ${manifest.made}`,
        ...kept.map((path) => `what was there before: ${path}`),
        ...next,
      ].join('\n'),
    exit: wasActive && !isUp ? exitCodes.failed : exitCodes.ok,
  };
}

async function systemctl(context: Context, verb: string, ...names: readonly string[]): Promise<void> {
  const ran = await context.read('systemctl', [verb, ...names]);
  if (ran === null || ran.exit !== 0)
    throw refused(`systemctl ${verb} ${names.join(' ')} failed; see: systemctl status 'tshub*'`);
}
