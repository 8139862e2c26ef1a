import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DashboardBrowser, keepScreenshot, violationsOf } from './dashboard-browser.ts';
import { HOSTILE_NAMES, hostileWorld } from './hostile-inventory.ts';
import { mixedImages, monthOfRuns } from './sample-inventory.ts';

const LOOKS = [
  { name: 'light', look: {} },
  { name: 'dark', look: { scheme: 'dark' as const } },
  { name: 'phone', look: { width: 360, height: 740 } },
];

let browser: DashboardBrowser;
beforeAll(async () => {
  browser = await DashboardBrowser.start();
});
afterAll(() => browser?.stop());
beforeEach(() => {
  browser.app.reset();
  browser.complaints.length = 0;
});

async function whole(page: Page): Promise<void> {
  await page.locator('.summary[aria-busy="false"]').waitFor();
}

describe.each(LOOKS)('a hostile world, $name', ({ name, look }) => {
  it('is shown as text within the page, during a run', async () => {
    Object.assign(browser.app.state, hostileWorld());
    const page = await browser.signedIn(look);
    const alerts: string[] = [];
    page.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      void dialog.dismiss();
    });
    await whole(page);

    const shown = await page.locator('.group th a').allInnerTexts();
    await keepScreenshot(page, `hostile-world-${name}`);

    expect(shown).toContain(HOSTILE_NAMES[0]);
    expect(shown).toContain('team/api[U+202E]4.1:gnp');
    expect(await page.locator('main :is(img, script, b, iframe)').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('link', { name: /^Run / }).click();
    await page.getByRole('heading', { name: `Images ${HOSTILE_NAMES.length}` }).waitFor();
    await keepScreenshot(page, `hostile-run-${name}`);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    expect(alerts).toEqual([]);
    expect(browser.complaints).toEqual([]);
    await page.context().close();
  });

  it('says what is wrong while storage does not answer, and asks again for an expired key', async () => {
    Object.assign(browser.app.state, { images: mixedImages(), runs: monthOfRuns() });
    const page = await browser.signedIn(look);
    await whole(page);

    browser.app.state.outage = `storage does not answer: try again later (table ${'PatchwrightInventory'.repeat(6)}: ECONNREFUSED)`;
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('This is not current').waitFor();
    await keepScreenshot(page, `storage-unreachable-${name}`, false);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(await violationsOf(page)).toEqual([]);

    browser.app.state.key = 'renewed-key';
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('it was renewed or revoked').waitFor();
    await keepScreenshot(page, `expired-key-${name}`, false);
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });
});

it('works without a mouse: sign in, filter, choose, retry, read an image, and go back', async () => {
  Object.assign(browser.app.state, { images: mixedImages(), runs: monthOfRuns() });
  const page = await browser.open();
  const focused = (what: string) => page.evaluate<string>(`document.activeElement.${what} ?? ''`);
  const tabTo = async (what: string, wanted: string | RegExp) => {
    for (let steps = 0; steps < 60; steps += 1) {
      await page.keyboard.press('Tab');
      if (new RegExp(wanted).test(await focused(what))) return;
    }
    throw new Error(`no tab stop whose ${what} is ${wanted}`);
  };

  await expect.poll(() => focused('id')).toBe('key');
  await page.keyboard.type('right-key');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '4 images wait for you' }).waitFor();
  await expect.poll(() => focused('id')).toBe('headline');
  await tabTo('id', 'filter-text');
  await page.keyboard.type('catalog');
  await tabTo('ariaLabel', '^Choose team/catalog');
  await page.keyboard.press('Space');
  await tabTo('textContent', '^Retry$');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Retry 1 image?' }).waitFor();
  await tabTo('textContent', '^Retry$');
  await page.keyboard.press('Enter');
  await page.getByText('Run 20261130T080000Z-0001 starts.').waitFor();
  expect(browser.app.posts).toMatchObject([
    { body: { images: ['team/catalog:2.9'], retry: true } },
  ]);

  browser.app.state.stories = [];
  await page.getByRole('link', { name: 'team/catalog:2.9' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'team/catalog:2.9' }).waitFor();
  await expect.poll(() => focused('tagName')).toBe('H1');
  await page.keyboard.press('Shift+Tab');
  expect(await focused('textContent')).toBe('← All images');
  await page.keyboard.press('Enter');
  await page
    .getByRole('heading', { name: 'waits for you' })
    .or(page.getByText('4 images wait'))
    .first()
    .waitFor();
  await expect.poll(() => focused('id')).toBe('headline');
  await page.context().close();
});
