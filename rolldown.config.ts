import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'rolldown';
import manifest from './package.json' with { type: 'json' };

/** What is loaded from where npm put it: packages that only some need, and those of whoever tests. All others become a part of the bundles. */
const LEFT_OUTSIDE = Object.keys({ ...manifest.optionalDependencies, ...manifest.peerDependencies });

/** The build of sql.js that is used: of the thirty megabytes of its package, which holds them all, one. */
const SQL_JS = 'node_modules/sql.js';
const VENDOR = 'dist/vendor';

/** What cli-table3 would paint frames with, which no table of sendplan has. */
const COLORS = '@colors/colors/safe';

const matching = (name: string) => new RegExp(`^${name}(/|$)`);

/** Lays sql.js beside the bundles, which find it by `imports` of package.json: it looks for its WebAssembly where it lies itself. */
const sqlJs: Plugin = {
  name: 'sql.js',
  resolveId: (source) => (source === 'sql.js' ? { id: '#sql.js', external: true } : null),
  buildStart() {
    mkdirSync(VENDOR, { recursive: true });
    // CommonJS in a package of ES modules.
    cpSync(`${SQL_JS}/dist/sql-wasm.js`, `${VENDOR}/sql-wasm.cjs`);
    cpSync(`${SQL_JS}/dist/sql-wasm-browser.js`, `${VENDOR}/sql-wasm-browser.cjs`);
    cpSync(`${SQL_JS}/dist/sql-wasm.wasm`, `${VENDOR}/sql-wasm.wasm`);
    cpSync(`${SQL_JS}/LICENSE`, `${VENDOR}/LICENSE`);
  },
};

/** Puts the licenses of the packages that are part of a bundle beside it. */
const licenses: Plugin = {
  name: 'licenses',
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
    const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []);
    const texts = [...new Set(folders)].sort().map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
      return `${name} ${version}, ${license}\n\n${text}\n`;
    });
    this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: texts.join(`\n${'-'.repeat(80)}\n\n`) });
  },
};

const output = (dir: string) => ({
  dir,
  cleanDir: true,
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
});

// What is built is told by nobody: standard output is the caller's, see `npm run bench`.
const logLevel = 'warn';

/** The command line in a few files: to find and read a hundred modules takes longer than a short run. */
const commandLine = defineConfig({
  logLevel,
  // Threads and processes start their own file beside the chunk that they are started from.
  input: {
    main: 'src/cli/main.ts',
    indexThread: 'src/store/write/byPages/indexThread.ts',
    copyThread: 'src/store/file/copyThread.ts',
    scheduleThread: 'src/store/read/scheduleThread.ts',
    keyThread: 'src/store/write/byPages/keyThread.ts',
    planThread: 'src/run/planThread.ts',
    oracleThread: 'src/cli/oracleThread.ts',
    bookProcess: 'src/fleet/bookProcess.ts',
  },
  platform: 'node',
  external: [COLORS, ...LEFT_OUTSIDE.map(matching)],
  plugins: [sqlJs, licenses],
  output: output('dist/cli'),
});

/** The library with what it needs of other packages. Arrow's tables are handed in and out, so its package stays one that all share. */
const library = defineConfig({
  logLevel,
  input: {
    index: 'src/index.ts',
    node: 'src/node.ts',
    fleet: 'src/fleet.ts',
    testing: 'src/testing.ts',
    'testing/arbitraries': 'src/testing/arbitraries.ts',
    'testing/vitest': 'src/testing/vitest.ts',
    indexThread: 'src/store/write/byPages/indexThread.ts',
    copyThread: 'src/store/file/copyThread.ts',
    scheduleThread: 'src/store/read/scheduleThread.ts',
    keyThread: 'src/store/write/byPages/keyThread.ts',
    planThread: 'src/run/planThread.ts',
    bookProcess: 'src/fleet/bookProcess.ts',
  },
  // Of packages that have a form for Node and one for browsers, that which both can run.
  platform: 'browser',
  external: [/^node:/, COLORS, ...[...LEFT_OUTSIDE, 'apache-arrow'].map(matching)],
  plugins: [sqlJs, licenses],
  output: output('dist/library'),
});

export default [commandLine, library];
