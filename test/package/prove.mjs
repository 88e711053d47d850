// Proves the package as others get it: packs it as it is published, installs the tarball into an empty project, and there checks its
// types, weighs it, with and without what is optional, runs the library and the command in every Node that is supported, and builds a
// page of it that plans in a browser.
// What cannot be reached here, such as a Node that npm does not give, is told and skipped. The last line counts.
//
//   npm run test:package            needs npm's registry; what was fetched once is taken from npm's cache
//   SENDPLAN_NODES=/a/node,/b/node npm run test:package     with these Nodes besides this one, instead of those of npm
//   SENDPLAN_CHROMIUM=/a/chromium npm run test:package      with this browser instead of /usr/bin/chromium

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytesOnDisk, filesLoaded, megabytesText, packageCount } from './sizes.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { exports: ENTRIES, devDependencies: VERSIONS } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const OTHER_NODES = ['22', '24'];
const COMPILERS = { 'TypeScript 7': VERSIONS.typescript, 'TypeScript 5.9': '5.9.3' };
const RESOLUTIONS = { node16: 'node16', bundler: 'esnext' };
const INSTALL = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
/** Megabytes that an install may take: whole, without optional packages, and what `schedule()` of plain records loads. */
const MOST_MEGABYTES = { whole: 75, lean: 25, schedule: 15 };
/** Scripts of a package that npm runs, or asks about, where it is installed. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];
/** Commands that need an optional package, and what their errors have to name. */
const NEEDING = {
  libsql: ['run', 'book.sqlite3', '--as-of', '2025-06-13', '--driver', 'native'],
  '@resvg/resvg-js': ['report', 'book.sqlite3', '--png', 'charts'],
  pino: ['run', 'book.sqlite3', '--as-of', '2025-06-13', '--log', 'json'],
  'prom-client': ['run', 'book.sqlite3', '--as-of', '2025-06-13', '--metrics', 'sendplan.prom'],
  bullmq: ['fleet', 'status'],
};
/** npm's words when nobody answers, or when it has not got what was asked for. */
const UNREACHABLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|E40[134]|E5\d\d|ETARGET/;

const folder = mkdtempSync(join(tmpdir(), 'sendplan-package-'));
const project = join(folder, 'project');
const counts = { passed: 0, failed: 0, skipped: 0 };

/** Something that this machine has not got, so that a step cannot be made here. */
class Missing extends Error {}

function run(command, words, options = {}) {
  try {
    return execFileSync(command, words, {
      cwd: project,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 180_000,
      ...options,
    });
  } catch (error) {
    throw new Error(`${command} ${words.join(' ')}\n${error.stdout ?? ''}${error.stderr ?? ''}`, { cause: error });
  }
}

/** Runs npm, or npx, where nothing is done without the registry. */
function fetched(subject, command, words, options) {
  try {
    return run(command, words, options);
  } catch (error) {
    const reason =
      UNREACHABLE.exec(error.message)?.[0] ?? (error.cause.code === 'ETIMEDOUT' ? 'no answer in 180 s' : null);
    if (reason === null) throw error;
    throw new Missing(`npm's registry does not give ${subject} (${reason})`, { cause: error });
  }
}

/** Makes one step and tells of it; what it returns, or null when it failed or could not be made here. */
async function step(name, work) {
  const startMs = performance.now();
  const tell = (mark, text) =>
    console.log(
      `${mark} ${name}${text === '' ? '' : `: ${text}`} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`,
    );
  try {
    const { said = '', result = true } = (await work()) ?? {};
    counts.passed++;
    tell('ok     ', said);
    return result;
  } catch (error) {
    if (error instanceof Missing) {
      counts.skipped++;
      tell('SKIPPED', error.message);
    } else {
      counts.failed++;
      tell('FAILED ', error.message);
    }
    return null;
  }
}

/** Packs as `npm publish` does, its scripts included, which build into an empty folder. */
function pack() {
  const words = ['pack', '--json', '--foreground-scripts=false', '--pack-destination', folder];
  const text = run('npm', words, { cwd: ROOT });
  const [{ filename, files, size }] = JSON.parse(text);
  const names = files.map(({ path }) => path);
  const isWanted = (name) =>
    /^(dist\/(cli|library|vendor)|docs|examples)\/|^dist\/src\/.*\.d\.ts$|^(package\.json|dist\/config\.schema\.json|dist\/sendplan\.1|README\.md|CHANGELOG\.md|LICENSE)$/.test(
      name,
    );
  assert.deepEqual(
    names.filter((name) => !isWanted(name) || /\.sqlite3$|\.map$/.test(name)),
    [],
    'files that are not for users',
  );
  const { scripts, sideEffects } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  assert.deepEqual(
    INSTALL_SCRIPTS.filter((name) => name in scripts),
    [],
    'scripts that npm asks about where the package is installed',
  );
  for (const path of sideEffects) assert.ok(names.includes(path.slice(2)), path);
  for (const entry of Object.values(ENTRIES)) {
    for (const path of Object.values(typeof entry === 'string' ? { entry } : entry))
      assert.ok(names.includes(path.slice(2)), path);
  }
  return { said: `${filename}, ${names.length} files, ${Math.round(size / 1024)} KiB`, result: join(folder, filename) };
}

function install(tarball) {
  cpSync(fileURLToPath(new URL('./project', import.meta.url)), project, { recursive: true });
  const peers = ['vitest', 'fast-check'].map((name) => `${name}@${VERSIONS[name]}`);
  fetched('the dependencies', 'npm', ['install', ...INSTALL, tarball, ...peers]);
  const compilers = Object.values(COMPILERS).map((version) => `typescript-${version}@npm:typescript@${version}`);
  fetched('the compilers', 'npm', ['install', ...INSTALL, '--no-save', ...compilers]);
  assert.ok(existsSync(join(project, 'node_modules/sendplan/dist/library/index.js')));
}

/** Refuses a size above its limit. */
function requireSize(name, bytes) {
  const limit = MOST_MEGABYTES[name];
  assert.ok(bytes <= limit * 2 ** 20, `${megabytesText(bytes)}, more than the ${limit} MB that are allowed`);
}

/** Installs the package alone, into a project of its own, and says what that weighs. */
function weigh(name, tarball, ...options) {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{ "private": true, "type": "module" }');
  fetched('the dependencies', 'npm', ['install', ...INSTALL, ...options, tarball], { cwd: place });
  const modules = join(place, 'node_modules');
  const bytes = bytesOnDisk(modules);
  requireSize(name, bytes);
  const command = `npm install${options.map((option) => ` ${option}`).join('')}`;
  return {
    said: `${command}: ${megabytesText(bytes)}, ${packageCount(modules)} packages, the limit is ${MOST_MEGABYTES[name]} MB`,
    result: place,
  };
}

/** Weighs what a program loads that plans plain records and does nothing else. */
function weighSchedule(place) {
  writeFileSync(
    join(place, 'schedule.js'),
    `import { schedule } from 'sendplan';
const contacts = [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }];
const plan = await schedule({ contacts }, { today: '2025-06-13' });
if ([...plan.rows()].length === 0) throw new Error('nothing was planned');`,
  );
  const start = (env) => run(process.execPath, ['schedule.js'], { cwd: place, env: { ...process.env, ...env } });
  const { count, bytes } = filesLoaded(start, join(place, 'loaded'));
  requireSize('schedule', bytes);
  return { said: `${megabytesText(bytes)} in ${count} files, the limit is ${MOST_MEGABYTES.schedule} MB` };
}

/** What works without optional packages, and what names the one that it lacks. */
function runLean(place) {
  const command = join(place, 'node_modules/sendplan/dist/cli/main.js');
  const start = (...words) => spawnSync(process.execPath, [command, ...words], { cwd: place, encoding: 'utf8' });
  const book = ['book.sqlite3', '--as-of', '2025-06-13'];
  const works = [
    ['generate', 'book.sqlite3', '--contacts', '300'],
    ...['diff', 'run', 'verify'].map((name) => [name, ...book]),
    ['explain', ...book, '--contact', '7'],
    ['report', 'book.sqlite3', '--html', 'plan.html', '--svg', 'plan.svg'],
    ['diff', ...book, '--output', 'changes.parquet'],
    ['verify', ...book, '--output', 'findings.csv'],
    ['config', '--defaults'],
  ];
  for (const words of works) {
    const { status, stderr } = start(...words);
    assert.equal(status, 0, `${words.join(' ')}\n${stderr}`);
  }
  for (const [name, words] of Object.entries(NEEDING)) {
    const { status, stderr } = start(...words);
    assert.equal(status, 1, `${words.join(' ')}\n${stderr}`);
    assert.match(stderr, new RegExp(`npm install .*${name}`), words.join(' '));
  }
  return { said: `${works.length} commands work, ${Object.keys(NEEDING).length} name the package that they lack` };
}

/** TypeScript 7 also checks the declarations themselves and all that they import; for others that takes too long. */
function checkTypes([compiler, version], [moduleResolution, module]) {
  const compilerOptions = {
    ...{ module, moduleResolution, strict: true, noEmit: true, target: 'es2023', types: [] },
    ...{ lib: ['es2023', 'dom', 'esnext.disposable'], skipLibCheck: version !== VERSIONS.typescript },
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
  run(process.execPath, [join(project, `node_modules/typescript-${version}/bin/tsc`)]);
  return { said: `${compiler}, moduleResolution ${moduleResolution}` };
}

/**
 * `esm-only` leaves out how `require` of older resolutions sees it: the package has ES modules only, and says so. WebAssembly has
 * no types that could be looked at.
 */
function lintPackage(tarball) {
  const bin = (name) => join(ROOT, 'node_modules/.bin', name);
  run(bin('publint'), ['run', tarball, '--strict'], { cwd: ROOT });
  run(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji', '--exclude-entrypoints', 'sql-wasm.wasm'], {
    cwd: ROOT,
  });
}

/** The Nodes to run besides this one: a version that npm gives, or a path. */
function otherNodes() {
  const paths = process.env.SENDPLAN_NODES?.split(',');
  if (paths !== undefined) return paths.map((path) => ({ name: path, find: () => path }));
  return OTHER_NODES.map((major) => {
    const words = ['--yes', '--prefer-offline', '-p', `node@${major}`, 'node', '-p', 'process.execPath'];
    return { name: `Node ${major}`, find: () => fetched(`node@${major}`, 'npx', words).trim() };
  });
}

/** What the library and the command do in one Node; it has to be the same in all. */
function runInNode(node, expected) {
  const version = run(node, ['--version']).trim();
  const library = run(node, ['use.js']);
  const cli = join(project, 'node_modules/sendplan/dist/cli/main.js');
  const database = join(project, `${version}.sqlite3`);
  const sendplan = (...rest) => run(node, [cli, ...rest]);
  sendplan('generate', database, '--contacts', '500', '--json');
  const { rows } = JSON.parse(sendplan('run', database, '--as-of', '2025-06-13', '--json'));
  const report = JSON.parse(sendplan('report', database, '--json'));
  assert.deepEqual([report.rows.pre_scheduled, report.rows.skipped], [rows.pre_scheduled, rows.skipped]);
  assert.match(sendplan('report', database), /emails to be sent/);
  const result = { library, rows };
  if (expected !== null) assert.deepEqual(result, expected);
  return { said: `${version}, ${rows.total} rows`, result };
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

async function buildPage() {
  const { build } = await import('vite');
  await build({ root: project, logLevel: 'error', build: { outDir: 'page', target: 'es2023' } });
}

async function runInBrowser(expected) {
  const { chromium } = await import('playwright-core');
  const executablePath = process.env.SENDPLAN_CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath))
    throw new Missing(`there is no browser at ${executablePath}; SENDPLAN_CHROMIUM names another`);
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
    return { said: `chromium ${browser.version()} plans the same rows` };
  } finally {
    await browser.close();
    server.close();
  }
}

async function prove() {
  const tarball = await step('packed', pack);
  if (tarball === null || !(await step('installed into an empty project', () => install(tarball)))) {
    console.log('Nothing else can be proved without that.');
    return;
  }
  for (const compiler of Object.entries(COMPILERS))
    for (const resolution of Object.entries(RESOLUTIONS)) await step('types', () => checkTypes(compiler, resolution));
  await step('publint and attw have no complaint', () => lintPackage(tarball));
  await step('size of the whole', () => weigh('whole', tarball));
  const lean = await step('size without what is optional', () => weigh('lean', tarball, '--omit=optional'));
  if (lean !== null) {
    await step('what schedule() loads', () => weighSchedule(lean));
    await step('works without what is optional', () => runLean(lean));
  }
  const outcome = await step('runs in this Node', () => runInNode(process.execPath, null));
  for (const { name, find } of otherNodes()) await step(`runs in ${name}`, () => runInNode(find(), outcome));
  await step('matchers of the testing entry', () => {
    run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'matchers.test.js']);
  });
  if (await step('Vite builds a page of it', buildPage))
    await step('the page plans', () => runInBrowser(outcome?.library.trim()));
}

try {
  await prove();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
// What is proved about nothing is not good: without an installed package nothing was.
const { passed, failed, skipped } = counts;
if (failed > 0 || passed < 2) process.exitCode = 1;
if (skipped > 0) console.log(`${skipped} skipped, see SKIPPED above`);
console.log(`${passed} passed, ${failed} failed`);
