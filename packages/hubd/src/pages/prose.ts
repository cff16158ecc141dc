import { html, type Html } from './html.ts';

/** An administrator's plain text: an empty line begins a paragraph. */
export function paragraphs(text: string): readonly Html[] {
  return text
    .split(/\n\s*\n/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => html`<p>${linked(one)}</p>`);
}

/** Text in which addresses are links. */
export function linked(text: string): readonly Html[] {
  return text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)])/).map((part, at) =>
    // The pieces that were split at are every second one.
    at % 2 === 0 ? html`${part}` : html`<a href="${part}" target="_blank" rel="noopener noreferrer">${part}</a>`,
  );
}
