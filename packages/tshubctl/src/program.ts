import { events } from '@tshub/contract';
import type { CommandSpec, OptionSpec } from './command.ts';
import { backUp } from './commands/backup.ts';
import { completionOf } from './commands/completion.ts';
import { checkConfig, showConfig } from './commands/config.ts';
import { diffConfig } from './commands/config-diff.ts';
import { cullNow } from './commands/cull.ts';
import { examine } from './commands/doctor.ts';
import { importJupyterHub } from './commands/import-jupyterhub.ts';
import { restore } from './commands/restore.ts';
import { showLog } from './commands/log.ts';
import { listRoutes } from './commands/route.ts';
import { listServers, restartServer, showLogs, showServer, startServer, stopServer } from './commands/server.ts';
import { keepServer } from './commands/server-keep.ts';
import { setLimit } from './commands/set-limit.ts';
import { shutDown } from './commands/shutdown.ts';
import { showStatus } from './commands/status.ts';
import { showTop } from './commands/top.ts';
import { shells } from './completion.ts';
import { journal, server, userList } from './program-options.ts';
import { groupCommand, roleCommand, tokenCommand, userCommand } from './program-people.ts';
import { serviceCommand } from './program-service.ts';
import { shareCommand } from './program-share.ts';

/** What every command understands. */
export const commonOptions: readonly OptionSpec[] = [
  { name: 'json', says: 'Print JSON, of a shape that programs can rely on' },
];

const user = { name: 'user', names: 'user', says: 'Whose server; you, if left out', isOptional: true } as const;
const file = {
  name: 'file',
  isFile: true,
  says: 'Settings file; the one in use, if left out',
  isOptional: true,
} as const;

/** The command tree: noun, then verb. Help, man page and completions are made from it. */
export const program: CommandSpec = {
  name: 'tshubctl',
  says: 'Control the notebook hub of this host',
  details:
    'What is your own you may always see and change. For the rest, be in the group tshub-admin or root; otherwise you are asked for the password of an administrator.',
  commands: [
    {
      name: 'backup',
      says: 'Put database, settings and keys of the hub into one file',
      details:
        'For root, while the hub runs: logins, tokens and permissions come back with it as they are at that moment. The file holds every key of the hub, so only root may read it. Homes are not in it, nor is a database in PostgreSQL, for which it says what to do.',
      arguments: [{ name: 'file', isFile: true, says: 'Where to write it; a name that is free' }],
      run: backUp,
    },
    {
      name: 'completion',
      says: 'Print a completion script for a shell',
      details: 'For example: tshubctl completion bash > /etc/bash_completion.d/tshubctl',
      arguments: [
        { name: 'shell', says: 'Which shell', choices: shells },
        {
          name: 'words',
          says: 'What was typed after tshubctl: print only the names that the last word may become',
          isOptional: true,
          isList: true,
        },
      ],
      run: completionOf(() => program, commonOptions),
    },
    {
      name: 'config',
      says: 'Look at the settings in /etc/tshub',
      commands: [
        {
          name: 'check',
          says: 'Check the settings and name file, key, expected and found of what is wrong',
          arguments: [file],
          run: checkConfig,
        },
        {
          name: 'diff',
          says: 'Compare the settings with the defaults and with what runs',
          details:
            'First what is set to something else than its default, and in which file; then what a daemon that runs does not go by yet, and what puts it to use. Environments of programs are not shown. The exit code is 5 if a daemon does not answer.',
          arguments: [file],
          run: diffConfig,
        },
        { name: 'show', says: 'Print the settings in force, defaults included', arguments: [file], run: showConfig },
      ],
    },
    {
      name: 'cull',
      says: 'Stop idle servers now',
      details: 'Runs a round of the culler at once, with the limits of [culler] in tshub.toml(5).',
      arguments: [{ ...user, says: 'Only servers of this user; with --dry-run' }],
      options: [
        { name: 'explain', short: 'e', says: 'With --dry-run, say also what each decision stands on' },
        { name: 'dry-run', short: 'n', says: 'Stop nothing, and tell of every server what would happen when and why' },
      ],
      run: cullNow,
    },
    {
      name: 'doctor',
      says: 'Check what tshub stands on, and say what this host lacks',
      details:
        'Looks at the kernel, systemd, polkit, PAM, units, settings, disk and the program of servers, and changes nothing. The exit code is 1 if anything has failed.',
      run: examine,
    },
    groupCommand,
    {
      name: 'import-jupyterhub',
      says: 'Take over what a JupyterHub knew',
      details:
        'Reads users, groups, roles, tokens and shares from the SQLite database of a JupyterHub 1.x to 6.x, and what is written plainly in its jupyterhub_config.py. Without --apply it only says what would come along. It adds, and changes nothing that is here; a second time changes nothing. Tokens go on working.',
      arguments: [{ name: 'database', isFile: true, says: 'The SQLite file of the JupyterHub' }],
      options: [
        { name: 'apply', says: 'Do it' },
        { name: 'config', value: 'file', says: 'Its configuration: print the settings that say the same here' },
        { name: 'write', value: 'file', says: 'Write these settings into a new file' },
      ],
      run: importJupyterHub,
    },
    {
      name: 'log',
      says: 'Show what the daemons of the hub wrote to the journal',
      details:
        'For root and for the groups systemd-journal and adm. For example: tshubctl log login-refused --since today. With --json there is an object on each line, as journalctl prints it.',
      arguments: [{ name: 'event', says: 'Only this event', isOptional: true, choices: Object.keys(events) }],
      options: [
        { ...userList, says: 'Only what is about this user' },
        {
          name: 'since',
          short: 's',
          value: 'time',
          says: 'Only from then on, such as today, -2h or "2026-01-31 12:00"',
        },
        { name: 'until', value: 'time', says: 'Only up to then' },
        journal.lines,
        journal.follow,
      ],
      run: showLog,
    },
    {
      name: 'restore',
      says: 'Put back what a backup holds',
      details:
        'For root. An archive that is damaged, cut off or of a newer tshub is refused before anything is touched. The hub and its proxy are stopped, and started again if they ran; what was there before is kept beside it.',
      arguments: [{ name: 'file', isFile: true, says: 'What tshubctl backup wrote' }],
      options: [{ name: 'replace', says: 'Put it in the place of the hub that this host has' }],
      run: restore,
    },
    roleCommand,
    {
      name: 'route',
      says: 'Look at the routes of the proxy',
      commands: [{ name: 'list', says: 'List the routes of the proxy', run: listRoutes }],
    },
    {
      name: 'server',
      says: 'Start, stop and look at notebook servers',
      commands: [
        {
          name: 'keep',
          says: 'Put off the end of a server that is idle or old',
          details:
            'How far that may be is said by [culler] keep_for in tshub.toml(5). A server that is used is kept by that alone.',
          arguments: [user, server],
          options: [{ name: 'until', value: 'time', says: 'Until when, instead of as long as is allowed' }],
          run: keepServer,
        },
        {
          name: 'list',
          says: 'List the active servers that you may see',
          arguments: [{ ...user, says: 'Only servers of this user' }],
          run: listServers,
        },
        {
          name: 'logs',
          says: 'Show what a server wrote to the journal',
          arguments: [user, server],
          options: [journal.follow, journal.lines],
          run: showLogs,
        },
        {
          name: 'restart',
          says: 'Stop a server if it runs, and start it with the options that it had',
          arguments: [user, server],
          run: restartServer,
        },
        {
          name: 'set-limit',
          says: 'Change limits of a running server until it ends',
          details:
            'For example: tshubctl server set-limit ada --limit mem_limit=4G --limit cpu_limit=2. Names and values are those of [spawner] in tshub.toml(5); [live_limits] there says how far they may be raised. The next start has the limits of the settings again.',
          arguments: [{ name: 'user', names: 'user', says: 'Whose server' }, server],
          options: [
            { name: 'limit', short: 'l', value: 'name=value', isList: true, says: 'A limit and its new value' },
          ],
          run: setLimit,
        },
        {
          name: 'show',
          says: 'Show the state and the resources of a server',
          arguments: [user, server],
          run: showServer,
        },
        {
          name: 'start',
          says: 'Start a server and wait until it is ready',
          arguments: [user, server],
          options: [
            { name: 'option', short: 'o', value: 'name=value', isList: true, says: 'Choose an option of the profile' },
            {
              name: 'profile',
              names: 'profile',
              short: 'p',
              value: 'name',
              says: 'Choose a kind of server from [[profiles]] in the settings',
            },
          ],
          run: startServer,
        },
        {
          name: 'stop',
          says: 'Stop a server and wait until it has ended',
          arguments: [user, server],
          options: [{ name: 'reason', short: 'r', value: 'text', says: 'Tell the user why' }],
          run: stopServer,
        },
      ],
    },
    serviceCommand,
    shareCommand,
    {
      name: 'shutdown',
      says: 'Stop the hub until it is started again; servers run on',
      options: [{ name: 'servers', says: 'Stop all servers first' }],
      run: shutDown,
    },
    {
      name: 'status',
      says: 'Show how the hub and its daemons are',
      details: 'The exit code is 5 if the hub or the proxy does not answer.',
      run: showStatus,
    },
    tokenCommand,
    {
      name: 'top',
      says: 'Show what servers use: CPU, memory, processes, disk',
      details:
        'The busiest first. CPU is over one second, in percent of one CPU; the line "(all)" is everything of one user together. A dash is what this host does not count or limit.',
      options: [{ name: 'users', short: 'u', says: 'Only the sums, a line for each user' }],
      run: showTop,
    },
    userCommand,
  ],
};
