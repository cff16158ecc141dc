import type { CommandSpec } from './command.ts';
import { createService, deleteService, listServices, showService } from './commands/service.ts';

const service = { name: 'service', names: 'service', says: 'Name of the service' } as const;

export const serviceCommand: CommandSpec = {
  name: 'service',
  says: 'Manage programs beside the hub that use its API and its login',
  details: 'Those of tshub.toml are changed there. Changes need your password if you are in the group tshub-admin.',
  commands: [
    {
      name: 'create',
      says: 'Make a service',
      arguments: [{ name: 'service', says: 'Name of the service' }],
      options: [
        { name: 'url', value: 'url', says: 'Where it listens, to be reached through the proxy' },
        { name: 'user', short: 'u', value: 'name', says: 'The account whose process listens there' },
        {
          name: 'redirect-uri',
          value: 'uri',
          says: 'Where browsers come back to after a login, for one without a url',
        },
        { name: 'scope', short: 's', value: 'scope', isList: true, says: 'A scope that tokens of its users may have' },
        { name: 'no-confirm', says: 'People are not asked whether they want to log in there' },
        {
          name: 'token-file',
          value: 'file',
          says: 'File with its token, at least 32 characters, - for standard input; none: it cannot use the API',
        },
      ],
      run: createService,
    },
    { name: 'delete', says: 'Delete a service with its tokens', arguments: [service], run: deleteService },
    { name: 'list', says: 'List the services', run: listServices },
    { name: 'show', says: 'Show a service', arguments: [service], run: showService },
  ],
};
