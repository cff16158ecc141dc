// The least that Node can do: an answer of the size and with the headers of `GET /hub/api/user`, from a constant. hub-bare PORT
import { createServer } from 'node:http';

const body = JSON.stringify({ scopes: 'x'.repeat(1500) });
const head = [
  ['X-JupyterHub-Version', '0'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'same-origin'],
  ['Content-Security-Policy', "frame-ancestors 'none'"],
  ['Access-Control-Allow-Headers', 'accept, content-type, authorization'],
  ['ETag', '"constant"'],
  ['Content-Type', 'application/json; charset=utf-8'],
  ['Content-Length', String(body.length)],
].flat();
createServer((_, res) => {
  res.writeHead(200, head);
  res.end(body);
}).listen(Number(process.argv[2]), '127.0.0.1');
