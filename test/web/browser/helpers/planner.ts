import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** The page as somebody uses it. */
export class Planner {
  /** What the browser complained about: errors, and violations of the page's policy. */
  readonly complaints: string[] = [];
  /** Addresses that were asked for since `load`. */
  readonly requests: string[] = [];

  private constructor(readonly page: Page) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  static async open(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Planner> {
    const context = await browser.newContext({ acceptDownloads: true, ...options });
    const planner = new Planner(await context.newPage());
    await planner.page.goto(address);
    await planner.page.getByRole('button', { name: 'Plan this day' }).waitFor();
    context.on('request', (request) => {
      // A blob's address names memory of the page itself, and one of data holds it.
      if (!/^(blob|data):/.test(request.url())) planner.requests.push(request.url());
    });
    return planner;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  async setDay(day: string): Promise<void> {
    await this.page.getByLabel('Plan as of').fill(day);
    await this.page.getByLabel('Plan as of').blur();
  }

  /** Makes a database up, with the day as its own. */
  async generate(contacts: number, shape: 'realistic' | 'seed', day: string): Promise<void> {
    const { page } = this;
    await this.setDay(day);
    const details = page.locator('details.generate');
    if (!(await details.evaluate((found: HTMLDetailsElement) => found.open))) await details.locator('summary').click();
    await page.getByLabel('Contacts', { exact: true }).selectOption(String(contacts));
    await page.getByLabel('Kind').first().selectOption(shape);
    await page.getByRole('button', { name: 'Make it up' }).click();
    await page.getByTestId('drop').getByText(`${shape}-${contacts}.sqlite3`).waitFor({ timeout: 60_000 });
  }

  /** Gives the page a file to plan. */
  async choose(file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await this.page.locator('input[type=file]').setInputFiles(file);
  }

  async run(): Promise<void> {
    await this.page.getByRole('button', { name: 'Plan this day' }).click();
  }

  /** Waits for the result of the run of that number. */
  async result(runNumber = 1): Promise<void> {
    await this.page.getByText(new RegExp(`^Run ${runNumber}, `)).waitFor({ timeout: 110_000 });
  }

  /** What the page says went wrong. */
  async failure(): Promise<string> {
    const alert = this.page.locator('section.failure');
    await alert.waitFor({ timeout: 60_000 });
    return (await alert.textContent()) ?? '';
  }

  async tab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click();
  }

  /** The figure with that label. */
  async figure(label: string): Promise<string | null> {
    return this.page.locator('#panel-plan .figure', { hasText: label }).locator('dd').first().textContent();
  }

  /** Downloads one of the offers and returns the path of the file. */
  async download(name: string): Promise<{ readonly path: string; readonly fileName: string }> {
    await this.tab('Download');
    return this.saved(() => this.page.getByRole('button', { name: `Download ${name}` }).click());
  }

  /** What a click lets the browser save. */
  async saved(click: () => Promise<void>): Promise<{ readonly path: string; readonly fileName: string }> {
    const [download] = await Promise.all([this.page.waitForEvent('download', { timeout: 110_000 }), click()]);
    return { path: await download.path(), fileName: download.suggestedFilename() };
  }

  /** Runs SQL and returns the cells of the rows. */
  async sql(text: string): Promise<string[][]> {
    await this.tab('SQL');
    await this.page.getByLabel('Query', { exact: true }).fill(text);
    await this.page.getByRole('button', { name: 'Run SQL' }).click();
    const table = this.page.getByRole('region', { name: 'Rows of the query' });
    await table.waitFor({ timeout: 110_000 });
    return table
      .locator('tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
  }
}
