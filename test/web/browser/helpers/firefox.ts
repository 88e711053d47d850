import { existsSync } from 'node:fs';
import puppeteer, { type Browser } from 'puppeteer-core';

const CANDIDATES = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];

/** The Firefox of the tests; null where there is none. */
export function findFirefox(): string | null {
  return [process.env.FIREFOX_PATH, ...CANDIDATES].find((path) => path !== undefined && existsSync(path)) ?? null;
}

/** Starts Firefox by WebDriver BiDi. @param downloads the folder in which it saves what is downloaded */
export function startFirefox(executablePath: string, downloads: string): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: {
      'browser.download.dir': downloads,
      'browser.download.folderList': 2,
      'browser.download.useDownloadDir': true,
      'browser.helperApps.neverAsk.saveToDisk': 'text/csv,application/octet-stream,application/vnd.sqlite3',
    },
  });
}
