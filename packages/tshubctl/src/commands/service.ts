import { readFileSync } from 'node:fs';
import { TshubError } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { renderFields, renderTable } from '../output/table.ts';
import { texts, withClient } from './rest.ts';

export async function listServices(context: Context): Promise<Outcome> {
  const scopes = ['list:services', 'read:services', 'read:roles:services'];
  const { data } = await withClient(context, scopes, (client) => client['services.list']({}));
  const services = Object.values(data);
  return {
    json: { services },
    text: (screen) => {
      if (services.length === 0) return 'There are no services.';
      return renderTable(
        services,
        [
          { title: 'SERVICE', cell: ({ name }) => name, canShrink: true },
          { title: 'STATE', cell: ({ state }) => (state === undefined ? '' : state.active) },
          { title: 'URL', cell: ({ url = '' }) => url, canShrink: true },
          { title: 'ROLES', cell: ({ roles = [] }) => roles.join(', '), canShrink: true },
        ],
        screen,
      );
    },
  };
}

export async function showService(context: Context, { args: [service = ''] }: Input): Promise<Outcome> {
  const scopes = [`read:services!service=${service}`, `read:roles:services!service=${service}`];
  const { data } = await withClient(context, scopes, (client) => client['services.get']({ params: { service } }));
  return {
    json: { service: data },
    text: (screen) =>
      renderFields(
        [
          ['Service', data.name],
          ['Administrator', data.admin === true ? 'yes' : 'no'],
          ['Roles', (data.roles ?? []).join(', ')],
          ['URL', data.url ?? ''],
          ['Prefix', data.prefix ?? ''],
          ['Unit', data.state?.unit ?? ''],
          ['Unit state', data.state === undefined ? '' : `${data.state.active} (${data.state.sub})`],
          ['Process', data.pid === undefined || data.pid === 0 ? '' : String(data.pid)],
          ['Reason', data.state?.reason ?? ''],
        ],
        screen,
      ),
  };
}

export async function createService(context: Context, { args: [service = ''], options }: Input): Promise<Outcome> {
  const scopes = [...texts(options['scope'])];
  const body = {
    ...given('url', options['url']),
    ...given('user', options['user']),
    ...given('oauth_redirect_uri', options['redirect-uri']),
    ...(scopes.length === 0 ? {} : { oauth_client_allowed_scopes: scopes }),
    ...(options['no-confirm'] === true ? { oauth_no_confirm: true } : {}),
    ...(typeof options['token-file'] === 'string' ? { api_token: readToken(options['token-file']) } : {}),
  };
  const { data } = await withClient(context, ['admin:services'], (client) =>
    client['services.create']({ params: { service }, body }),
  );
  return { json: { service: data }, text: () => `service ${service} was made` };
}

export async function deleteService(context: Context, { args: [service = ''] }: Input): Promise<Outcome> {
  await withClient(context, ['admin:services'], (client) => client['services.delete']({ params: { service } }));
  return { json: { deleted: service }, text: () => `service ${service} and its tokens are gone` };
}

function given(name: string, value: unknown): Readonly<Record<string, string>> {
  return typeof value === 'string' ? { [name]: value } : {};
}

/** Not from the command line, where everybody on this host could read it. */
function readToken(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TshubError('bad_request', { problem: `token-file: cannot be read: ${reason}` }, { cause: error });
  }
}
