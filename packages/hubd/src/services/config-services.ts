import type { Settings } from '@tshub/config';
import { paths, TshubError } from '@tshub/contract';
import { checkToken, completeService } from './new-service.ts';
import type { ServicesForConfig } from './services.ts';

export interface ConfigServicesParts {
  readonly settings: Pick<Settings, 'services'>;
  readonly services: ServicesForConfig;
  /** What systemd handed over under this name; undefined when there is nothing. */
  readonly credential: (name: string) => string | undefined;
}

/** The credential that systemd makes of a file in /etc/tshub/services: LoadCredential= of a folder, in tshub.service. */
const ofFile = (name: string): string => `services_${name}`;

/** Makes services what tshub.toml says; one that left the file goes, with its tokens. */
export async function applyConfigServices({ settings, services, credential }: ConfigServicesParts): Promise<void> {
  for (const { name, managed } of services.list()) {
    if (managed === 'config' && settings.services[name] === undefined) await services.forget(name);
  }
  for (const [name, wanted] of Object.entries(settings.services)) {
    const { api_token_credential: id } = wanted;
    try {
      const token = credential(id === '' ? ofFile(name) : id)?.trim();
      if (token === undefined && id !== '')
        throw new TshubError('bad_request', {
          problem: `api_token_credential: there is no credential "${id}"; LoadCredential= of tshub.service names it`,
        });
      checkToken(token ?? '');
      const service = {
        name,
        admin: wanted.admin,
        url: wanted.url,
        user: wanted.user,
        clientId: wanted.oauth_client_id,
        redirectUri: wanted.oauth_redirect_uri,
        noConfirm: wanted.oauth_no_confirm,
        allowedScopes: wanted.oauth_client_allowed_scopes,
        display: wanted.display,
        info: wanted.info,
      };
      await services.define(completeService(service, 'config'), token ?? '');
    } catch (error) {
      if (!(error instanceof TshubError) || error.code !== 'bad_request') throw error;
      const where = error.message.startsWith('api_token:') ? `${paths.serviceTokens}/${name}: ` : '';
      throw new TshubError(
        'config_invalid',
        { problem: `tshub.toml: services.${name}: ${where}${error.message}` },
        { cause: error },
      );
    }
  }
}
