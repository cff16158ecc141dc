import type { Access } from '../access/access.ts';
import { holds } from '../access/require.ts';
import type { Resource, ScopeSet } from '../caller/caller.ts';
import type { Session } from '../login/session.ts';
import { html, type Html } from './html.ts';
import { strings } from './strings.ts';

interface Link {
  readonly path: string;
  readonly text: keyof typeof strings.nav;
  /** Whether it leads somewhere for this person. */
  readonly when: (scopes: ScopeSet, own: Resource) => boolean;
}

/** Where one can go from every page. */
const links: readonly Link[] = [
  { path: '/hub/home', text: 'home', when: () => true },
  {
    path: '/hub/token',
    text: 'tokens',
    when: (scopes, own) => holds(scopes, 'read:tokens', own) === 'yes',
  },
  { path: '/hub/shares', text: 'shares', when: sharesAny },
  { path: '/hub/admin', text: 'admin', when: (scopes) => scopes.has('admin-ui') },
];

/** Whether somebody may share, or something is shared with them. */
function sharesAny(scopes: ScopeSet, own: Resource): boolean {
  if (holds(scopes, 'shares', own) === 'yes') return true;
  for (const scope of scopes) if (scope.startsWith('access:servers!server=')) return true;
  return false;
}

/** The links of somebody who is logged in; the page that is open is marked. */
export function navLinks(access: Pick<Access, 'scopesOf' | 'user'>, { user }: Session, path: string): Html {
  const { id, name, admin } = user;
  const scopes = access.scopesOf({ kind: 'user', id, name, admin });
  const own = access.user(name);
  return html`<ul class="nav">
    ${links
      .filter(({ when }) => when(scopes, own))
      .map(
        (link) =>
          html`<li>
            <a href="${link.path}" ${isAt(link.path, path) && html` aria-current="page"`}>${strings.nav[link.text]}</a>
          </li>`,
      )}
  </ul>`;
}

/** A page below a link's own belongs to it as well. */
function isAt(link: string, path: string): boolean {
  return path === link || path.startsWith(`${link}/`);
}
