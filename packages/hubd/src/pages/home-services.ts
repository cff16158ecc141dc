import { servicePrefix } from '@tshub/contract';
import { holds } from '../access/require.ts';
import type { Caller } from '../caller/caller.ts';
import type { Service } from '../services/service.ts';
import { html, type Html } from './html.ts';
import { strings } from './strings.ts';

/** The services that somebody may open from here. */
export function servicesFor(services: readonly Service[], caller: Caller): readonly Service[] {
  return services.filter(
    ({ name, url, display }) =>
      display && url !== '' && holds(caller.scopes, 'access:services', { kind: 'service', service: name }) === 'yes',
  );
}

export function servicesPart(services: readonly Service[]): Html {
  const { home } = strings;
  return html`<section class="card stack" aria-labelledby="services">
    <h2 id="services">${home.services}</h2>
    <p class="quiet">${home.servicesLead}</p>
    <ul class="links">
      ${services.map(
        ({ name, info }) =>
          html`<li>
            <a href="${servicePrefix(name)}">${name}</a
            >${typeof info['description'] === 'string' && html` <span class="quiet">${info['description']}</span>`}
          </li>`,
      )}
    </ul>
  </section>`;
}
