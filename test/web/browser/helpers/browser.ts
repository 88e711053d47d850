import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of the tests. @throws Error that says how to install one */
export function requireChromium(): string {
  const found = [process.env.CHROMIUM_PATH, ...CANDIDATES].find((path) => path !== undefined && existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    'The tests of the page need Chromium, and none was found.\n' +
      'On Debian and Ubuntu: sudo apt-get install --yes chromium\n' +
      'Elsewhere: set CHROMIUM_PATH to the program of a Chromium or Chrome that is installed.',
  );
}

/** Starts a browser that asks the network for nothing of its own. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: requireChromium(),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
