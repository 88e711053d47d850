import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import buildProgram from '../../globalSetup.js';
import { requireChromium } from './helpers/browser.js';

/** Builds the program, then the page that the tests open. */
export default async function setup(): Promise<void> {
  requireChromium();
  buildProgram();
  await build({ configFile: fileURLToPath(new URL('../../../vite.config.ts', import.meta.url)), logLevel: 'warn' });
}
