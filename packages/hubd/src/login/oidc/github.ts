import * as client from 'openid-client';
import type { Claims } from './claims.ts';
import type { OidcPlan } from './presets.ts';

/** GitHub speaks OAuth without OpenID Connect: what it knows of somebody is asked of its API. GitHub Enterprise is on a host of its own. */
export function githubServer({ issuer }: OidcPlan): client.ServerMetadata {
  return {
    issuer: issuer.href,
    authorization_endpoint: new URL('/login/oauth/authorize', issuer).href,
    token_endpoint: new URL('/login/oauth/access_token', issuer).href,
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  };
}

const perPage = 100;
/** Who is in more teams than this administers GitHub rather than works there. */
const mostPages = 10;

export async function githubClaims(plan: OidcPlan, config: client.Configuration, token: string): Promise<Claims> {
  const api = plan.issuer.host === 'github.com' ? 'https://api.github.com' : `${plan.issuer.origin}/api/v3`;
  async function get(path: string): Promise<unknown> {
    const headers = new Headers({ accept: 'application/vnd.github+json', 'user-agent': 'tshub' });
    const answer = await client.fetchProtectedResource(
      config,
      token,
      new URL(`${api}${path}`),
      'GET',
      undefined,
      headers,
    );
    if (!answer.ok) throw new Error(`${api}${path}: expected 200, found ${answer.status}`);
    return answer.json();
  }
  async function list(path: string): Promise<Claims[]> {
    const all: Claims[] = [];
    for (let page = 1; page <= mostPages; page++) {
      const some = (await get(`${path}?per_page=${perPage}&page=${page}`)) as Claims[];
      all.push(...some);
      if (some.length < perPage) break;
    }
    return all;
  }

  const user = (await get('/user')) as Claims;
  const emails = plan.scopes.includes('user:email') ? await list('/user/emails') : [];
  const email = emails.find((one) => one['primary'] === true);
  const groups = plan.scopes.includes('read:org') ? groupsOf(await list('/user/orgs'), await list('/user/teams')) : [];
  return {
    login: user['login'],
    sub: String(user['id']),
    name: user['name'],
    picture: user['avatar_url'],
    email: email?.['email'],
    email_verified: email?.['verified'] === true,
    groups,
  };
}

function groupsOf(orgs: readonly Claims[], teams: readonly Claims[]): readonly string[] {
  const ofTeam = (team: Claims): string =>
    `${String((team['organization'] as Claims)['login'])}:${String(team['slug'])}`;
  return [...orgs.map((org) => String(org['login'])), ...teams.map(ofTeam)];
}
