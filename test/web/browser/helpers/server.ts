import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preview } from 'vite';

const ROOT = fileURLToPath(new URL('../../../../dist/web', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A server of the built page. */
export interface PageServer {
  readonly address: string;
  close(): Promise<void>;
}

/** What `npm run web` starts: the page with the headers that isolate it from other origins. */
export async function isolatedServer(): Promise<PageServer> {
  const server = await preview({
    configFile: fileURLToPath(new URL('../../../../vite.config.ts', import.meta.url)),
    logLevel: 'error',
    preview: { port: 0, host: '127.0.0.1' },
  });
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new Error('the preview server has no address');
  return { address, close: () => server.close() };
}

/** The poorest of hosts: files under a sub-path, without any header but their type. */
export async function plainServer(path = '/some/where/'): Promise<PageServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const name = pathname.startsWith(path) ? normalize(pathname.slice(path.length) || 'index.html') : '..';
    if (name.startsWith('..')) {
      response.writeHead(404).end();
      return;
    }
    readFile(join(ROOT, name)).then(
      (bytes) => response.writeHead(200, { 'Content-Type': TYPES[extname(name)] ?? 'text/plain' }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}${path}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
