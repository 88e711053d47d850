// Proves the package as others get it: packs it, installs the tarball into an empty project, and there checks its types, runs the
// library and the command in every Node that is supported, and builds a page of it that plans in a browser.
//
//   npm run test:package            needs npm's registry; what was fetched once is taken from npm's cache
//   SENDPLAN_NODES=/a/node,/b/node npm run test:package     with these Nodes besides this one, instead of those of npm

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OTHER_NODES = ['22', '24'];
const COMPILERS = { 'TypeScript 7': '7.0.2', 'TypeScript 5.9': '5.9.3' };
const RESOLUTIONS = { node16: 'node16', bundler: 'esnext' };
const INSTALL = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

const folder = mkdtempSync(join(tmpdir(), 'sendplan-package-'));
const project = join(folder, 'project');

function run(command, words, options = {}) {
  try {
    return execFileSync(command, words, {
      cwd: project,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
  } catch (error) {
    throw new Error(`${command} ${words.join(' ')}\n${error.stdout ?? ''}${error.stderr ?? ''}`, { cause: error });
  }
}

async function step(name, work) {
  const startMs = performance.now();
  const result = await work();
  console.log(
    `ok  ${name}${typeof result === 'string' ? `: ${result}` : ''} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`,
  );
  return result;
}

function pack() {
  const text = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: ROOT });
  const [{ filename, files, size }] = JSON.parse(text);
  const names = files.map(({ path }) => path);
  const unwanted = names.filter((name) =>
    /^(test|bench|dist\/bench|build|node_modules|\.ci)\/|\.sqlite3$|\.tgz$/.test(name),
  );
  assert.deepEqual(unwanted, [], 'files that are not for users');
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const entry of Object.values(exports)) {
    for (const path of Object.values(typeof entry === 'string' ? { entry } : entry))
      assert.ok(names.includes(path.slice(2)), path);
  }
  console.log(`    ${filename}: ${names.length} files, ${Math.round(size / 1024)} KiB`);
  return join(folder, filename);
}

function install(tarball) {
  cpSync(fileURLToPath(new URL('./project', import.meta.url)), project, { recursive: true });
  run('npm', ['install', ...INSTALL, tarball, 'vitest@4.1.12', 'fast-check@4.10.2']);
  const compilers = Object.entries(COMPILERS).map(([, version]) => `typescript-${version}@npm:typescript@${version}`);
  run('npm', ['install', ...INSTALL, '--no-save', ...compilers]);
  assert.ok(existsSync(join(project, 'node_modules/sendplan/dist/src/index.js')));
}

function checkTypes() {
  for (const [compiler, version] of Object.entries(COMPILERS)) {
    const tsc = join(project, `node_modules/typescript-${version}/bin/tsc`);
    for (const [moduleResolution, module] of Object.entries(RESOLUTIONS)) {
      const compilerOptions = {
        ...{ module, moduleResolution, strict: true, noEmit: true, target: 'es2023', types: [] },
        ...{ lib: ['es2023', 'dom', 'esnext.disposable'], skipLibCheck: true },
      };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
      run(process.execPath, [tsc]);
      console.log(`    ${compiler}, moduleResolution ${moduleResolution}`);
    }
  }
}

function lintPackage(tarball) {
  const bin = (name) => join(ROOT, 'node_modules/.bin', name);
  run(bin('publint'), ['run', tarball, '--strict'], { cwd: ROOT });
  run(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji'], { cwd: ROOT });
}

/** The Nodes to run: how to start each. */
function nodes() {
  const paths = process.env.SENDPLAN_NODES?.split(',');
  const others =
    paths?.map((path) => [path]) ??
    OTHER_NODES.map((major) => ['npx', '--yes', '--prefer-offline', '-p', `node@${major}`, 'node']);
  return [[process.execPath], ...others];
}

function runInNode([command, ...words]) {
  const version = run(command, [...words, '--version']).trim();
  const library = run(command, [...words, 'use.js']);
  const cli = join(project, 'node_modules/sendplan/dist/src/cli/main.js');
  const database = join(project, `${version}.sqlite3`);
  const sendplan = (...rest) => run(command, [...words, cli, ...rest]);
  sendplan('generate', database, '--contacts', '500', '--json');
  const { rows } = JSON.parse(sendplan('run', database, '--as-of', '2025-06-13', '--json'));
  const report = JSON.parse(sendplan('report', database, '--json'));
  assert.deepEqual([report.rows.pre_scheduled, report.rows.skipped], [rows.pre_scheduled, rows.skipped]);
  assert.match(sendplan('report', database), /emails to be sent/);
  console.log(`    ${version}: ${rows.total} rows`);
  return { version, library, rows: JSON.stringify(rows) };
}

function runInNodes() {
  const outcomes = nodes().map(runInNode);
  for (const { library, rows } of outcomes)
    assert.deepEqual({ library, rows }, { library: outcomes[0].library, rows: outcomes[0].rows });
  return outcomes.map(({ version }) => version).join(', ');
}

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Serves the built page under a policy as strict as a page can have that compiles WebAssembly. */
function serve(root) {
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
  const server = createServer((request, response) => {
    const path = join(root, request.url === '/' ? 'index.html' : new URL(request.url, 'http://localhost').pathname);
    if (!existsSync(path)) return response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'text/plain',
      'content-security-policy': policy,
    });
    response.end(readFileSync(path));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function runInBrowser(expected) {
  const { build } = await import('vite');
  await build({ root: project, logLevel: 'error', build: { outDir: 'page', target: 'es2023' } });
  const { chromium } = await import('playwright-core');
  const executablePath = process.env.SENDPLAN_CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath))
    return 'built, not run: no browser at /usr/bin/chromium (SENDPLAN_CHROMIUM names another)';
  const server = await serve(join(project, 'page'));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => document.title !== 'planning', { timeout: 30_000 }).catch(() => {});
    assert.equal(await page.textContent('body'), expected, complaints.join('\n'));
    return `chromium ${browser.version()} plans the same rows`;
  } finally {
    await browser.close();
    server.close();
  }
}

try {
  const tarball = await step('packed', pack);
  await step('installed into an empty project', () => install(tarball));
  await step('types resolve', checkTypes);
  await step('publint and attw have no complaint', () => lintPackage(tarball));
  await step('runs in Node', runInNodes);
  const expected = run(process.execPath, ['use.js']).trim();
  await step('a page built by Vite', () => runInBrowser(expected));
  console.log('the package is good');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
