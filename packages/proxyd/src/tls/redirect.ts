import type { Socket } from 'node:net';
import { hasDotSegment, pathOf } from '../route-path.ts';

/** The head of a request is all that is read here, and of that the first line and the host. */
const maxHead = 16_384;
const requestLine = /^[A-Z]{1,16} (\/[\x21-\x7e]*) HTTP\/1\.[01]$/;
const hostLine = /^host:[ \t]*((?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\]))(?::(\d{1,5}))?[ \t]*$/i;

export interface RedirectParts {
  /** See redirect_port. */
  readonly port: number;
  readonly timeoutMs: number;
  /** What is to be said to an authority that looks whether this host is who asked for a certificate; null: nothing. */
  readonly answerChallenge: (token: string) => Promise<string | null>;
}

const challenge = /^GET \/\.well-known\/acme-challenge\/([A-Za-z0-9_-]{1,256}) HTTP\/1\.[01]\r\n/;

/** Answers one plain request with the same address under https, and ends the connection. */
export function redirectToHttps(socket: Socket, { port, timeoutMs, answerChallenge }: RedirectParts): void {
  let head = '';
  // For all of it: whoever sends a byte now and then is not waited for.
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  socket.once('close', () => clearTimeout(timer));
  const read = (chunk: Buffer) => {
    head += chunk.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end === -1 && head.length <= maxHead) return;
    socket.off('data', read);
    // What follows is of no interest, but a full buffer would keep the end from being seen.
    socket.resume();
    const asked = challenge.exec(head)?.[1];
    const redirect = () => void socket.end(answerTo(end === -1 ? '' : head.slice(0, end), port));
    if (asked === undefined || end === -1) redirect();
    else {
      answerChallenge(asked).then(
        (text) => (text === null ? redirect() : void socket.end(message('200 OK', '', text))),
        redirect,
      );
    }
  };
  socket.on('data', read);
  socket.once('end', () => socket.end());
}

/** What is said to a head; a redirect if it is clear where to. */
export function answerTo(head: string, port: number): string {
  const [first = '', ...lines] = head.split('\r\n');
  const target = requestLine.exec(first)?.[1];
  const hosts = lines.filter((line) => /^host[ \t]*:/i.test(line));
  const host = hosts.length === 1 ? hostLine.exec(hosts[0] ?? '') : null;
  if (target === undefined || host === null || hasDotSegment(pathOf(target))) {
    return message('400 Bad Request', '', 'This address is served over https only.\n');
  }
  const authority = `${host[1]}${portText(port, host[2])}`;
  // 308 keeps method and body, so that nothing is lost that a client meant to send.
  const status = /^(?:GET|HEAD) /.test(first) ? '301 Moved Permanently' : '308 Permanent Redirect';
  return message(status, `Location: https://${authority}${target}\r\n`, '');
}

function portText(port: number, asked: string | undefined): string {
  const wanted = port === 0 ? (asked === undefined || asked === '80' ? 443 : Number(asked)) : port;
  return wanted === 443 ? '' : `:${wanted}`;
}

function message(status: string, headers: string, body: string): string {
  const fixed = 'Connection: close\r\nCache-Control: no-store\r\nContent-Type: text/plain; charset=utf-8\r\n';
  return `HTTP/1.1 ${status}\r\n${headers}${fixed}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
