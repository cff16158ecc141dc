import {
  serviceName,
  serviceNameSays,
  servicePrefix,
  serviceTarget,
  serviceUrlSays,
  TshubError,
} from '@tshub/contract';
import type { NewService, Service } from './service.ts';

/** Fewer characters could be guessed from a stolen database, which holds the first ones to find the row by. */
export const shortestToken = 32;

/** A whole service from what was given; throws bad_request. */
export function completeService(given: NewService, managed: Service['managed']): Service {
  const { name, url = '', user = '', clientId = '', redirectUri = '' } = given;
  if (!serviceName.test(name)) throw bad('name', serviceNameSays, name);
  if (url !== '' && serviceTarget(url) === null) throw bad('url', serviceUrlSays, url);
  if (url !== '' && user === '') throw bad('user', 'expected the account whose process answers at url', user);
  if (clientId !== '' && !/^service-./.test(clientId))
    throw bad('oauth_client_id', 'expected a name that begins with "service-"', clientId);
  if (redirectUri !== '' && !/^(?:https?:\/)?\/[^\s]*$/.test(redirectUri))
    throw bad('oauth_redirect_uri', 'expected a URL or a path', redirectUri);
  return {
    name,
    managed,
    admin: given.admin ?? false,
    url,
    user,
    clientId: clientId === '' ? `service-${name}` : clientId,
    redirectUri: redirectUri === '' && url !== '' ? `${servicePrefix(name)}oauth_callback` : redirectUri,
    noConfirm: given.noConfirm ?? false,
    allowedScopes: given.allowedScopes ?? [],
    display: given.display ?? true,
    info: given.info ?? {},
  };
}

export function checkToken(token: string): void {
  if (token !== '' && (token.length < shortestToken || !/^[\x21-\x7e]+$/.test(token)))
    throw new TshubError('bad_request', {
      problem: `api_token: expected at least ${shortestToken} visible characters, found ${token.length}; try: openssl rand -hex 32`,
    });
}

function bad(key: string, expected: string, found: string): TshubError {
  return new TshubError('bad_request', {
    problem: `${key}: ${expected}, found ${JSON.stringify(found.slice(0, 100))}`,
  });
}
