import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Contestant } from './frame.ts';
import { freePort, Measured } from './processes.ts';

export interface ProxyContestant extends Contestant {
  readonly port: number;
  readonly process: Measured;
}

export interface Backend {
  readonly port: number;
  readonly socket: string;
}

const peerVersion = '5.3.0';

/** A program of the bench in a file that Node can run. */
export async function built(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['usocket', 'x11'],
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return outfile;
}

/** What the unit gives Node. */
function nodeOptions(): string[] {
  const unit = readFileSync(join(import.meta.dirname, '../../units/tshub-proxyd.service'), 'utf8');
  return /^ExecStart=\S+ (.*) \S+$/m.exec(unit)?.[1]?.split(' ') ?? [];
}

export async function tshub(folder: string, { socket }: Backend, routes = 1): Promise<ProxyContestant> {
  const port = await freePort();
  // One that runs keeps its own addon.
  const own = join(folder, `tshub-${routes}`);
  const file = await built('proxy-alone', own);
  // Where a bundle looks for the addon: as in the Debian package.
  const addon = join(import.meta.dirname, '../../packages/native/build/Release/tshub_native.node');
  mkdirSync(join(own, 'native'));
  execFileSync('cp', [addon, join(own, 'native/')]);
  const args = [...nodeOptions(), file, String(port), socket, String(routes)];
  const process = await new Measured('node', args).listens(port);
  return { name: 'tshub', port, process, stop: () => process.stop() };
}

/** npm's configurable-http-proxy, in a folder of its own: its tree is none of ours. */
export async function chp(cache: string, backend: Backend): Promise<ProxyContestant> {
  const folder = join(cache, `configurable-http-proxy-${peerVersion}`);
  const program = join(folder, 'node_modules/configurable-http-proxy/bin/configurable-http-proxy');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `configurable-http-proxy@${peerVersion}`];
    execFileSync('npm', args, { cwd: folder, stdio: 'inherit' });
  }
  const port = await freePort();
  const args = [program, '--ip', '127.0.0.1', '--port', String(port), '--api-port', String(await freePort())];
  args.push('--default-target', `http://127.0.0.1:${backend.port}`, '--log-level', 'error');
  const process = await new Measured('node', args, { NODE_ENV: 'production' }).listens(port);
  return { name: 'CHP', port, process, stop: () => process.stop() };
}

/** Debian's nginx with one worker, as its manual would have it for websockets and kept connections. */
export async function nginx(folder: string, { socket }: Backend): Promise<ProxyContestant> {
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `user root; daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
    worker_rlimit_nofile 40000;
    events { worker_connections 20000; }
    http {
      access_log off; keepalive_requests 100000000; keepalive_timeout 75; tcp_nodelay on;
      client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fcgi;
      uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      upstream backend { server unix:${socket}; keepalive 128; keepalive_requests 100000000; }
      map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
      server {
        listen 127.0.0.1:${port} backlog=4096;
        location / {
          proxy_pass http://backend; proxy_http_version 1.1; proxy_buffering off;
          proxy_set_header Host $host; proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $connection_upgrade; proxy_read_timeout 1d;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Real-IP $remote_addr;
        }
      }
    }`,
  );
  const process = await new Measured('nginx', ['-c', file, '-e', `${folder}/nginx.log`]).listens(port);
  return { name: 'nginx', port, process, stop: () => process.stop() };
}

export async function pipe(folder: string, { socket }: Backend): Promise<ProxyContestant> {
  const port = await freePort();
  const process = await new Measured('node', [await built('proxy-pipe', folder), String(port), socket]).listens(port);
  return { name: 'bare pipe', port, process, stop: () => process.stop() };
}

/** The least that any program can do: what a relay in C would have to be weighed by. */
export async function relay(folder: string, { socket }: Backend): Promise<ProxyContestant> {
  const port = await freePort();
  const program = join(folder, 'relay');
  execFileSync('cc', ['-O2', '-Wall', '-Werror', '-o', program, join(import.meta.dirname, 'relay.c')]);
  const process = await new Measured(program, [String(port), socket]).listens(port);
  return { name: 'C relay', port, process, stop: () => process.stop() };
}

/** Debian's haproxy with one thread, in HTTP mode. */
export async function haproxy(folder: string, { socket }: Backend): Promise<ProxyContestant> {
  const port = await freePort();
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `global
      maxconn 9000
      nbthread 1
    defaults
      mode http
      option http-keep-alive
      option forwardfor
      http-reuse always
      timeout connect 5s
      timeout client 1h
      timeout server 1h
      timeout tunnel 1d
    frontend public
      bind 127.0.0.1:${port} backlog 4096
      default_backend servers
    backend servers
      server one unix@${socket} pool-max-conn 128\n`,
  );
  const process = await new Measured('haproxy', ['-db', '-f', file]).listens(port);
  return { name: 'haproxy', port, process, stop: () => process.stop() };
}

/** Debian's caddy, on one CPU like the others. */
export async function caddy(folder: string, { socket }: Backend): Promise<ProxyContestant> {
  const port = await freePort();
  const file = join(folder, 'Caddyfile');
  writeFileSync(
    file,
    `{\n  admin off\n  auto_https off\n}\n:${port} {\n  bind 127.0.0.1\n  reverse_proxy unix/${socket} {\n    flush_interval -1\n  }\n}\n`,
  );
  const args = ['run', '--config', file, '--adapter', 'caddyfile'];
  const env = { GOMAXPROCS: '1', HOME: folder, XDG_DATA_HOME: folder };
  const process = await new Measured('caddy', args, env).listens(port);
  return { name: 'caddy', port, process, stop: () => process.stop() };
}
