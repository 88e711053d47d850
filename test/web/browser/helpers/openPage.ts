import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { startBrowser } from './browser.js';
import { Planner } from './planner.js';
import { type PageServer, plainServer } from './server.js';

/** The page that the tests of a file use, from their first one on. */
export let planner: Planner;

/** The browser that it is in, and what serves it. */
export let browser: Browser;
export let server: PageServer;

/**
 * Has the page be open while the tests of a file run, served from nowhere else, in a browser of its own.
 *
 * @param prepare what is done in it before the first test
 */
export function openPage(options: BrowserContextOptions = {}, prepare: () => Promise<void> = async () => {}): void {
  beforeAll(async () => {
    [browser, server] = await Promise.all([startBrowser(), plainServer()]);
    planner = await Planner.open(browser, server.address, options);
    await prepare();
  });
  afterAll(async () => {
    await planner?.close();
    await browser?.close();
    await server?.close();
  });
}
