import type { Refusal } from './error-page.ts';
import type { Look } from './error-look.ts';

/** What people come to see, in German; what programs do wrong stays English. */
const german: Readonly<Record<string, string>> = {
  'Go to the hub to see it or start it again.': 'Im Hub ist es zu sehen und neu zu starten.',
  'It may have stopped or be busy.': 'Vielleicht wurde er beendet, oder er ist beschäftigt.',
  'Notebook servers that run are not affected. Please try again in a moment.':
    'Laufende Notebook-Server sind nicht betroffen. Bitte versuchen Sie es gleich noch einmal.',
  'Please try again in a moment.': 'Bitte versuchen Sie es gleich noch einmal.',
  'The hub could not be verified': 'Der Hub konnte nicht geprüft werden',
  'The hub did not answer in time': 'Der Hub hat nicht rechtzeitig geantwortet',
  'The hub ended the connection without an answer': 'Der Hub hat die Verbindung ohne Antwort beendet',
  'The hub is not answering': 'Der Hub antwortet nicht',
  'The request is larger than this hub allows': 'Die Anfrage ist größer, als dieser Hub erlaubt',
  'The server could not be verified': 'Der Server konnte nicht geprüft werden',
  'The server did not answer in time': 'Der Server hat nicht rechtzeitig geantwortet',
  'The server ended the connection without an answer': 'Der Server hat die Verbindung ohne Antwort beendet',
  'The server is not answering': 'Der Server antwortet nicht',
  'Too many requests are under way from this address': 'Von dieser Adresse sind zu viele Anfragen unterwegs',
  'Too many requests are waiting there': 'Dort warten schon zu viele Anfragen',
  'Too many websockets are being opened there': 'Dort werden gerade zu viele Websockets geöffnet',
};

export const sentences: readonly string[] = Object.keys(german);

/** Who reads: what they chose on a page of the hub, or what their browser asks for. */
export interface Reader {
  readonly cookie: string | undefined;
  readonly asks: string | undefined;
}

/** A refusal in the language of its reader, and which that is. */
export function inWords(refusal: Refusal, look: Look, reader: Reader): Refusal & { readonly language: 'de' | 'en' } {
  const says = german[refusal.says];
  if (says === undefined || languageOf(look, reader) === 'en') return { ...refusal, language: 'en' };
  const { advice } = refusal;
  const say = (text: string): string => german[text] ?? text;
  return {
    status: refusal.status,
    says,
    ...(advice !== undefined && {
      advice: {
        text: say(advice.text),
        ...(advice.link !== undefined && { link: { href: advice.link.href, text: say(advice.link.text) } }),
      },
    }),
    language: 'de',
  };
}

function languageOf({ language }: Look, { cookie = '', asks = '' }: Reader): 'de' | 'en' {
  if (language !== 'auto') return language;
  const chosen = /(?:^|;\s*)tshub-language=(de|en)(?:;|$)/.exec(cookie)?.[1];
  if (chosen !== undefined) return chosen === 'de' ? 'de' : 'en';
  return weightOf('de', asks) > weightOf('en', asks) ? 'de' : 'en';
}

/** How much somebody wants a language (RFC 9110, 12.5.4); 0 for not at all. Of two alike the first wins, by a little. */
function weightOf(language: string, asks: string): number {
  const wishes = asks.slice(0, 200).toLowerCase().split(',');
  const weights = wishes.map((wish, at) => {
    const [tag = '', ...rest] = wish.split(';').map((part) => part.trim());
    if (tag !== language && !tag.startsWith(`${language}-`)) return 0;
    const quality = rest.find((part) => part.startsWith('q='))?.slice(2) ?? '1';
    return Number(quality) > 0 ? Number(quality) - at / 10_000 : 0;
  });
  return Math.max(0, ...weights);
}
