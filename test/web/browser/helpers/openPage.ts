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

/** How a page is opened. */
export interface PageOptions extends BrowserContextOptions {
  /** Starts what serves it; a server that serves nothing else and sends no headers when left out. */
  readonly serve?: () => Promise<PageServer>;
}

/**
 * Has the page be open while the tests of a file run, in a browser of its own.
 *
 * @param prepare what is done in it before the first test
 */
export function openPage(
  { serve = plainServer, ...options }: PageOptions = {},
  prepare: () => Promise<void> = async () => {},
): void {
  beforeAll(async () => {
    [browser, server] = await Promise.all([startBrowser(), serve()]);
    await reopenPage(options);
    await prepare();
  });
  afterAll(async () => {
    await planner?.close();
    await browser?.close();
    await server?.close();
  });
}

/** Opens the page anew, as for somebody who was never there, in the place of the one that is open. */
export async function reopenPage(options: BrowserContextOptions = {}): Promise<void> {
  await planner?.close();
  planner = await Planner.open(browser, server.address, options);
}
