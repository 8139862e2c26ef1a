import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import * as z from 'zod';
import { bundlePage } from '../../scripts/dashboard/bundle-page.ts';
import { findChromium } from './find-chromium.ts';
import { NOW } from './sample-views.ts';
import { StubApp } from './stub-app.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SCREENSHOTS = join(ROOT, 'dist', 'screenshots');
const DOCUMENTED = ['overview-light', 'image-dark'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const Violations = z.array(
  z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }),
);

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** The time is that of the samples, unless it is `real`. */
  readonly clock?: 'real';
}

/** A real browser, with the page served by a stub of the app. */
export class DashboardBrowser {
  readonly app: StubApp;
  /** What the console of the page said, errors and warnings. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #url: string;

  private constructor(browser: Browser, app: StubApp, url: string) {
    this.#browser = browser;
    this.app = app;
    this.#url = url;
  }

  static async start(): Promise<DashboardBrowser> {
    const found = findChromium();
    if (!found.found) throw new Error(`not run: ${found.why}`);
    const { html } = await bundlePage(ROOT);
    const app = new StubApp(html);
    const browser = await chromium.launch({
      executablePath: found.program,
      // Chromium's sandbox refuses to start as root, as in a container.
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--font-render-hinting=none'],
    });
    mkdirSync(SCREENSHOTS, { recursive: true });
    return new DashboardBrowser(browser, app, await app.start());
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.app.stop();
  }

  /** Opens the page in a context of its own, at a link such as `#/runs/latest`. */
  async open(look: Look = {}, link = ''): Promise<Page> {
    const { width = 1280, height = 900, scheme = 'light' } = look;
    const context = await this.#browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      reducedMotion: 'reduce',
      bypassCSP: false,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on('console', (message) => {
      // Chromium itself reports each status from 400 on.
      const isStatus = message.text().startsWith('Failed to load resource');
      if (['error', 'warning'].includes(message.type()) && !isStatus) {
        this.complaints.push(message.text());
      }
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    if (look.clock !== 'real') await page.clock.setFixedTime(NOW);
    await page.goto(this.#url + link);
    return page;
  }

  async signedIn(look: Look = {}): Promise<Page> {
    const page = await this.open(look);
    await signIn(page, 'right-key');
    await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Sign in' }).waitFor();
    return page;
  }
}

export async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('Function key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** The accessibility rules that the page breaks, each with the elements. Empty if none. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  // The debugger's evaluation is not bound by the page's policy.
  await page.evaluate(AXE);
  const found: unknown = await page.evaluate(
    'axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] })' +
      '.then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) })))',
  );
  return Violations.parse(found).map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
}

/**
 * Keeps a picture of the page in `dist/screenshots/`. With `PATCHWRIGHT_DOCS_IMAGES=1`, those of the
 * README are also written to `docs/images/`.
 */
export async function keepScreenshot(page: Page, name: string, whole = true): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: whole });
  if (process.env.PATCHWRIGHT_DOCS_IMAGES !== '1' || !DOCUMENTED.includes(name)) return;
  await page.screenshot({ path: join(ROOT, 'docs', 'images', `dashboard-${name}.png`) });
}
