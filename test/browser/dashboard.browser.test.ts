import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FindingView } from '../../lib/history/finding-view.ts';
import { ReportView } from '../../lib/history/report-view.ts';
import { DashboardBrowser, keepScreenshot, signIn, violationsOf } from './dashboard-browser.ts';
import { manyImages, mixedImages, monthOfRuns } from './sample-inventory.ts';
import { LINEAGE, PLAIN_LINEAGE } from './sample-lineage.ts';
import {
  anImage,
  aRun,
  aStory,
  aTarget,
  DIGEST,
  found,
  hoursAgo,
  PATCH_DIGEST,
  patchWith,
} from './sample-views.ts';

const BEFORE = { beforeCritical: 8, beforeHigh: 25, beforeMedium: 59, beforeLow: 8 };
const AFTER = { afterCritical: 0, afterHigh: 1, afterMedium: 0, afterLow: 8 };

const REPORT = ReportView.parse({
  image: 'team/api:1.4',
  runId: '20261130T020000Z-7f3a',
  scannedAt: hoursAgo(5),
  patchTag: '1.4-1',
  findings: [
    {
      ...{ id: 'CVE-2026-0001', package: 'libssl3', installed: '3.0.11-1', fixed: '3.0.14-1' },
      ...{ severity: 'critical', status: 'fixed' },
    },
    {
      ...{ id: 'CVE-2026-0002', package: 'openssl', installed: '3.0.11-1', fixed: '3.0.14-1' },
      ...{ severity: 'high', status: 'open' },
    },
    {
      ...{ id: 'CVE-2026-0003', package: 'libc6', installed: '2.36-9', fixed: null },
      ...{ severity: 'low', status: 'no-fix' },
    },
  ],
  more: 0,
});

const FOUND = FindingView.parse({
  ...{ vulnerability: 'CVE-2026-0001', image: 'team/checkout:3.2', repository: 'team/checkout' },
  ...{ tag: '3.2', state: 'open', severity: 'critical', packages: 'libssl3, openssl' },
  ...{ installed: '3.0.11-1', fixedVersion: '3.0.14-1', digest: DIGEST, runId: 'x' },
  ...{ seenSince: hoursAgo(24 * 12), fixSince: hoursAgo(24 * 12), patchedAt: null, goneAt: null },
  writtenAt: hoursAgo(5),
});

let browser: DashboardBrowser;

beforeAll(async () => {
  browser = await DashboardBrowser.start();
});
afterAll(() => browser?.stop());
beforeEach(() => {
  browser.app.reset();
  browser.complaints.length = 0;
  browser.app.state.images = mixedImages();
  browser.app.state.runs = monthOfRuns();
});

/** The labels and values that are squeezed into more than three lines. */
function squeezedTexts(page: Page): Promise<unknown> {
  return page.evaluate(`[...document.querySelectorAll('.pairs dt, .pairs dd')].filter((one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 3;
  }).map((one) => one.textContent)`);
}

describe('signing in', () => {
  it('asks for a key, and says when the app refuses it', async () => {
    const page = await browser.open();
    await keepScreenshot(page, 'sign-in');
    expect(await violationsOf(page)).toEqual([]);

    await signIn(page, 'wrong-key');

    await page.getByText('The app refuses this key').waitFor();
    expect(await page.getByLabel('Function key').inputValue()).toBe('');
    await signIn(page, 'right-key');
    await page.getByRole('heading', { name: '4 images wait for you' }).waitFor();
    expect(await page.evaluate('localStorage.length + sessionStorage.length')).toBe(0);
    expect(page.url()).not.toContain('right-key');
    expect(browser.complaints).toEqual([]);
    await page.context().close();
  });
});

describe('the overview', () => {
  it.each([
    { name: 'overview-light', look: {} },
    { name: 'overview-dark', look: { scheme: 'dark' as const } },
    { name: 'overview-phone', look: { width: 360, height: 740 } },
  ])(
    'shows what waits for a person first, without accessibility faults: $name',
    async ({ name, look }) => {
      const page = await browser.signedIn(look);

      const headings = await page.locator('.work h2').allInnerTexts();
      await keepScreenshot(page, name);

      expect(headings.map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
        'Waiting for you 4',
        'Open: a later run takes them 2',
        'Planned 1',
        'Running 0',
        'Left alone 2',
        'Done 5',
      ]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      expect(await squeezedTexts(page)).toEqual([]);
      expect(await violationsOf(page)).toEqual([]);
      expect(browser.complaints).toEqual([]);
      await page.context().close();
    },
  );
});

describe('finding images', () => {
  it('filters by words, state and severity, and clears the filters', async () => {
    const page = await browser.signedIn();
    const links = page.locator('.group th a');

    await page.getByLabel('Search').fill('catalog');
    expect(await links.allInnerTexts()).toEqual(['team/catalog:2.9']);
    await page.getByLabel('Search').fill('');
    await page.getByLabel('State').selectOption('rejected');
    expect(await links.allInnerTexts()).toEqual(['team/ledger:7.0']);
    await page.getByLabel('Severity').selectOption('critical');
    expect(await links.count()).toBe(0);
    await page.getByRole('button', { name: 'Clear' }).click();

    expect(await links.count()).toBe(7);
    await page.context().close();
  });

  it('shows 10,000 images by few requests and few rows at a time', async () => {
    browser.app.state.images = manyImages(10_000);
    const page = await browser.signedIn();
    const waiting = page.getByRole('region', { name: /^Waiting for you/ });

    await page.getByText('2,860 images wait for you').waitFor();
    await page.locator('.summary[aria-busy="false"]').waitFor();
    expect(await waiting.locator('tbody tr').count()).toBe(25);
    // How to sign in, three questions, and one for each thousand images.
    expect(browser.app.requests).toHaveLength(14);
    expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(5000);
    await waiting.getByRole('button', { name: /more of 2,860/ }).click();
    expect(await waiting.locator('tbody tr').count()).toBe(125);
    await page.getByLabel('Search').fill('service-007');
    await page.getByText(/^25 images of 10,000/).waitFor();

    expect(await page.locator('tbody tr').count()).toBeLessThan(150);
    await keepScreenshot(page, 'ten-thousand-images', false);
    expect(await violationsOf(page)).toEqual([]);
    expect(browser.complaints).toEqual([]);
    await page.context().close();
  });
});

describe('exposure', () => {
  it('is shown by severity against its target, with the time to patch', async () => {
    const page = await browser.signedIn();
    const card = page.getByRole('region', { name: 'Exposure' });

    const rows = (await card.locator('tbody tr').allInnerTexts()).map((row) =>
      row.trim().split(/\s*\t\s*/),
    );

    expect(rows).toEqual([
      ['critical', '5', '7 days', '2'],
      ['high', '7', '30 days', '1'],
      ['medium', '7', '90 days', '0'],
      ['low', '5', '180 days', '0'],
      ['critical', '0.7 days', '1 day', '100 %'],
      ['high', '2.9 days', '3 days', '95 %'],
    ]);
    expect(await card.innerText()).toContain('The oldest fix is from 41 days ago.');
    expect(browser.complaints).toEqual([]);
    await page.context().close();
  });
});

describe('a vulnerability in the search', () => {
  it.each([
    { name: 'where-light', look: {} },
    { name: 'where-phone', look: { width: 360, height: 740 } },
  ])('shows the images that have it, by one question: $name', async ({ name, look }) => {
    browser.app.state.findings = [FOUND, { ...FOUND, image: 'team/<b>x:1', state: 'fixed' }];
    const page = await browser.signedIn(look);
    const where = page.getByRole('region', { name: 'Where CVE-2026-0001 is' });

    await page.getByLabel('Search').fill('cve-2026-0001');
    await where.getByText('2 images.').waitFor();
    await keepScreenshot(page, name);

    expect(await where.locator('tbody th a').allInnerTexts()).toEqual([
      'team/checkout:3.2',
      'team/<b>x:1',
    ]);
    expect(await where.innerText()).toContain('fixed by the patch');
    const asked = browser.app.requests.filter((path) => path.startsWith('/api/findings/'));
    expect(asked).toEqual(['/api/findings/CVE-2026-0001?limit=100']);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    await page.getByLabel('Search').fill('CVE-2026-9999');
    await page.getByText('No image has it.').waitFor();
    expect(browser.complaints).toEqual([]);
    await page.context().close();
  });
});

describe('acting', () => {
  it('retries the chosen images after a confirmation that says so', async () => {
    const page = await browser.signedIn();

    await page.getByLabel('Choose team/checkout:3.2').check();
    await page.getByLabel('Choose team/catalog:2.9').check();
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Retry 2 images?' });
    expect(await dialog.innerText()).toContain('ends their back-off');
    await keepScreenshot(page, 'confirmation', false);
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(browser.app.posts).toEqual([]);

    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await dialog.getByRole('button', { name: 'Retry' }).click();

    await page.getByText('Run 20261130T080000Z-0001 starts.').waitFor();
    expect(browser.app.posts).toEqual([
      {
        path: '/api/runs',
        body: { images: ['team/checkout:3.2', 'team/catalog:2.9'], retry: true },
        idempotencyKey: expect.stringMatching(/^[\w-]{36}$/),
      },
    ]);
    expect(browser.complaints).toEqual([]);
    await page.context().close();
  });

  it('shows a run in progress, and cancels it', async () => {
    const runId = '20261130T075500Z-0002';
    const active = aRun(runId, {
      state: 'running',
      trigger: 'manual',
      finishedAt: null,
      createdAt: hoursAgo(0.1),
      ...{ targets: 40, active: 12, patched: 20, clean: 8 },
    });
    browser.app.state.runs = [active, ...monthOfRuns()];
    browser.app.state.targets = [
      aTarget('team/api:1.4', { runId, state: 'patching' }),
      aTarget('team/shop:9.0', { runId, state: 'scanning' }),
    ];
    const page = await browser.signedIn();
    const running = page.getByRole('region', { name: /^Running/ });

    expect(await running.getByRole('progressbar').getAttribute('value')).toBe('0.7');
    await page.getByText('A run is active: 70 % done').waitFor();
    await keepScreenshot(page, 'run-in-progress');
    expect(await violationsOf(page)).toEqual([]);
    await running.getByRole('button', { name: 'Cancel this run' }).click();
    await page.getByRole('button', { name: 'Cancel the run' }).click();

    await page.getByText(`Run ${runId} is being canceled.`).waitFor();
    expect(browser.app.posts.map(({ path }) => path)).toEqual([`/api/runs/${runId}/cancel`]);
    await page.context().close();
  });

  it('sends a message that failed again', async () => {
    const name = 'patchwright-jobs/20261130T010000Z-failed-1f.json';
    const poisonedAt = hoursAgo(7);
    browser.app.state.poison = [{ name, queue: 'patchwright-jobs', poisonedAt, why: 'failed' }];
    const page = await browser.signedIn();

    await page.getByRole('button', { name: `Send again: ${name}` }).click();
    await page.getByRole('button', { name: 'Send it again' }).click();

    await page.getByText('The message was sent again.').waitFor();
    expect(browser.app.posts).toMatchObject([{ path: '/api/poison/replay', body: { name } }]);
    await page.context().close();
  });
});

describe('the page of an image', () => {
  const image = anImage('team/api:1.4', {
    state: 'patched',
    ...found(8, 25, 59, 8),
    ...patchWith('1.4-1', 1, 8),
    patchFixable: 1,
  });
  const story = aStory(image, {
    nextStep: 'Deploy team/api:1.4-1.',
    history: [
      aTarget(image.image, {
        patchTag: '1.4-1',
        patchDigest: PATCH_DIGEST,
        finishedAt: hoursAgo(5),
        ...BEFORE,
        ...AFTER,
        remaining: [{ package: 'openssl', reason: 'held', findings: 1 }],
      }),
      aTarget(image.image, {
        runId: '20261129T020000Z-7f3a',
        state: 'failed',
        reason: 'package-source-unreachable',
        detail: 'https://deb.example.test does not answer',
        finishedAt: hoursAgo(29),
      }),
    ],
  });

  it.each([
    { name: 'image-light', look: {} },
    { name: 'image-dark', look: { scheme: 'dark' as const } },
    { name: 'image-phone', look: { width: 360, height: 740 } },
  ])('tells its whole story: $name', async ({ name, look }) => {
    browser.app.state.stories = [story];
    browser.app.state.reports = [REPORT];
    browser.app.state.lineages = [PLAIN_LINEAGE];
    const page = await browser.signedIn(look);
    await page.getByLabel('Search').fill('team/api');
    await page.getByRole('button', { name: /^Done/ }).click();
    await page.getByRole('link', { name: 'team/api:1.4' }).click();

    await page.getByText('Deploy team/api:1.4-1.').waitFor();
    await page.getByRole('row', { name: /CVE-2026-0002/ }).waitFor();
    await page.getByText('base, as the image claims').waitFor();
    const text = await page.locator('main').innerText();
    await keepScreenshot(page, name);

    await expect
      .poll(() => page.evaluate('document.activeElement.textContent'))
      .toBe('team/api:1.4');
    expect(text).toContain(DIGEST.slice(0, 19));
    expect(text).toContain(PATCH_DIGEST.slice(0, 19));
    expect(text).toContain('openssl: held, 1');
    expect(text).toContain('package source unreachable');
    expect(text).toContain('1 fixed by the patch, 1 open with a fix, 1 without a fix');
    expect(await page.getByRole('row', { name: /CVE-2026-0002/ }).innerText()).toContain('open');
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('link', { name: 'All images' }).click();
    await page.getByRole('heading', { name: '4 images wait for you' }).waitFor();
    expect(await page.getByLabel('Search').inputValue()).toBe('team/api');
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('headline');
    expect(browser.complaints).toEqual([]);
    await page.context().close();
  });

  it.each([
    { name: 'lineage-light', look: {} },
    { name: 'lineage-dark', look: { scheme: 'dark' as const } },
    { name: 'lineage-phone', look: { width: 360, height: 740 } },
  ])('has a tree from the base to the referrers: $name', async ({ name, look }) => {
    browser.app.state.stories = [story];
    browser.app.state.lineages = [LINEAGE];
    const page = await browser.signedIn(look);
    await page.evaluate("location.hash = '#/images/team/api:1.4'");
    const tree = page.getByRole('region', { name: 'Lineage' });
    await tree.getByText('base, as the image claims').waitFor();

    const levels = await tree.locator('ul.lineage > li > ul > li > ul > li').count();
    const text = await tree.innerText();
    const summary = tree.locator('summary').filter({ hasText: 'of source' });
    expect(await tree.locator('details[open]').count()).toBe(1);
    await summary.focus();
    await page.keyboard.press('Enter');
    expect(await tree.locator('details[open]').count()).toBe(2);
    await tree.screenshot({ path: `dist/screenshots/${name}.png` });

    expect(levels).toBe(2);
    expect(text).toContain('more than 20 referrers');
    expect(text).toContain('<img src=x onerror=alert(1)>');
    expect(text).toContain('is not in the registry');
    expect(text).toContain('3 older patches not shown');
    expect(await tree.locator('img').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    expect(browser.complaints).toEqual([]);
    await page.context().close();
  });

  it('is whole but for the lineage while that loads, and if it fails', async () => {
    browser.app.state.stories = [story];
    browser.app.state.reports = [REPORT];
    const page = await browser.signedIn();
    const asked = Promise.withResolvers<() => Promise<void>>();
    await page.route('**/api/lineage/**', (route) => asked.resolve(() => route.abort()));
    await page.evaluate("location.hash = '#/images/team/api:1.4'");
    const tree = page.getByRole('region', { name: 'Lineage' });
    await tree.getByText('Loading from the registry').waitFor();
    await page.getByRole('row', { name: /CVE-2026-0002/ }).waitFor();
    expect(await tree.innerText()).toContain(PATCH_DIGEST.slice(0, 19));

    await (await asked.promise)();

    await tree.getByText('The app does not answer').waitFor();
    expect(await tree.innerText()).toContain(PATCH_DIGEST.slice(0, 19));
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });
});

describe('the page of a run', () => {
  it.each([
    { name: 'run-light', look: {} },
    { name: 'run-dark', look: { scheme: 'dark' as const } },
    { name: 'run-phone', look: { width: 360, height: 740 } },
  ])('says how it went and what it did about each image: $name', async ({ name, look }) => {
    const [first, ...others] = monthOfRuns();
    const runId = '20261130T020000Z-7f3a';
    browser.app.state.runs = [
      {
        ...(first ?? aRun(runId)),
        warnings: 'the vulnerability database is 4 days old',
        tools: 'copa/0.14.2 trivy/0.74.0',
        databaseTime: hoursAgo(100),
      },
      ...others,
    ];
    browser.app.state.targets = [
      aTarget('team/api:1.4', { patchTag: '1.4-1', ...BEFORE, ...AFTER }),
      aTarget('team/checkout:3.2', {
        state: 'failed',
        reason: 'package-source-gone',
        detail: 'https://deb.example.test/debian buster Release answers 404',
        ...BEFORE,
      }),
      aTarget('platform/base:12', { state: 'clean' }),
    ];
    const page = await browser.signedIn(look);
    await page.getByRole('region', { name: 'Last run' }).getByRole('link').click();

    await page.getByRole('heading', { name: `Run ${runId}` }).waitFor();
    await page.getByRole('heading', { name: 'Images 3' }).waitFor();
    const images = await page.locator('main th a').allInnerTexts();
    await keepScreenshot(page, name);

    expect(images).toEqual(['team/checkout:3.2', 'team/api:1.4', 'platform/base:12']);
    const told = await page.locator('main').innerText();
    expect(told).toContain('database is 4 days old');
    expect(told).toContain('41 groups: scan 40 min, patch 1 h, verify 31 min');
    expect(told).toContain('about 0.42 EUR');
    expect(page.url()).toContain(`#/runs/${runId}`);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('link', { name: 'team/api:1.4' }).click();
    await page.getByRole('heading', { name: 'team/api:1.4' }).waitFor();
    await page.context().close();
  });

  it('opens by its address, as "latest" too, and cancels the run', async () => {
    const runId = '20261130T075500Z-0002';
    browser.app.state.runs = [aRun(runId, { state: 'running', ...{ targets: 4, active: 1 } })];
    const page = await browser.open({}, '#/runs/latest');
    await signIn(page, 'right-key');

    await page.getByRole('heading', { name: `Run ${runId}` }).waitFor();
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('0.75');
    await page.getByRole('button', { name: 'Cancel this run' }).click();
    await page.getByRole('button', { name: 'Cancel the run' }).click();

    await page.getByText(`Run ${runId} is being canceled.`).waitFor();
    expect(browser.app.posts.map(({ path }) => path)).toEqual([`/api/runs/${runId}/cancel`]);
    expect(browser.complaints).toEqual([]);
    await page.context().close();
  });
});

describe('what goes wrong', () => {
  it('says to reload if the app answers as another version does', async () => {
    const page = await browser.open();
    await page.route('**/api/status', (route) => route.fulfill({ json: { activeRuns: [] } }));
    await signIn(page, 'right-key');

    await page.getByText('Reload the page').waitFor();
    await page.context().close();
  });

  it('says which part of storage does not answer, and tries again', async () => {
    browser.app.state.outage =
      'storage does not answer: try again later (table PatchwrightInventory: ECONNREFUSED)';
    const page = await browser.signedIn();

    await page.getByText('table PatchwrightInventory: ECONNREFUSED').waitFor();
    await keepScreenshot(page, 'storage-down');
    expect(await violationsOf(page)).toEqual([]);
    browser.app.state.outage = undefined;
    await page.getByRole('button', { name: 'Try again' }).click();

    await page.getByRole('heading', { name: '4 images wait for you' }).waitFor();
    await page.context().close();
  });

  it('keeps what it shows when storage stops, and asks for a key that was revoked', async () => {
    const page = await browser.signedIn();
    browser.app.state.outage = 'storage is busy: try again later';

    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('This is not current.').waitFor();
    expect(await page.locator('.group th a').count()).toBe(7);
    browser.app.state.key = 'renewed-key';
    await page.getByRole('button', { name: 'Refresh' }).click();

    await page.getByText('it was renewed or revoked').waitFor();
    await expect.poll(() => page.locator('.group').count()).toBe(0);
    await page.context().close();
  });

  it('says why the images of a run are not there, and loads them with the next look', async () => {
    browser.app.state.targets = [aTarget('team/api:1.4', { state: 'clean' })];
    const page = await browser.open({}, '#/runs/20261130T020000Z-7f3a');
    let isBusy = true;
    await page.route('**/images?limit=1000', (route) => {
      const problem = { status: 503, json: { detail: 'storage is busy' } };
      return isBusy && route.request().url().includes('/api/runs/')
        ? route.fulfill(problem)
        : route.continue();
    });
    await signIn(page, 'right-key');

    await page.getByText('storage is busy').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    expect(await page.getByText('Loading images').count()).toBe(0);
    isBusy = false;
    await page.getByRole('button', { name: 'Refresh' }).click();

    await page.getByRole('heading', { name: 'Images 1' }).waitFor();
    expect(await page.getByText('storage is busy').count()).toBe(0);
    await page.context().close();
  });

  it('shows hostile names as text', async () => {
    const names = [
      'team/<img src=x onerror=alert(1)>:1',
      'team/</script><script>alert(1)</script>:2',
      'team/api\u202E4.1:gnp',
      `team/${'long-name-'.repeat(20)}:3`,
    ];
    browser.app.state.images = names.map((name) =>
      anImage(name, {
        state: 'failed',
        reason: 'timeout',
        detail: '<b onclick=alert(1)>\u0007\u001B[31mred</b>',
        ...found(1, 2),
      }),
    );
    const page = await browser.signedIn({ width: 720 });
    let alerts = 0;
    page.on('dialog', (dialog) => {
      alerts += 1;
      void dialog.dismiss();
    });

    const shown = await page.locator('.group th a').allInnerTexts();
    await keepScreenshot(page, 'hostile-names');

    expect(shown).toContain(names[0]);
    expect(shown).toContain(names[1]);
    expect(shown).toContain('team/api[U+202E]4.1:gnp');
    expect(await page.locator('main').innerText()).toContain('[U+0007][U+001B][31mred</b>');
    expect(await page.locator('main img, main script, main b').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(alerts).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });
});
