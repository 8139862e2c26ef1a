import { loadavg } from 'node:os';
import type { Page } from 'playwright-core';
import { DashboardBrowser } from './dashboard-browser.ts';
import { manyImages, monthOfRuns } from './sample-inventory.ts';

const IMAGES = 10_000;
const ROUNDS = 5;
const WORDS = ['service-0', 'failed', 'service-007', 'debian buster', ''];
/** What a request to the app and its storage operation take, about. */
const ANSWER_MS = [0, 150];

/**
 * `npm run bench:dashboard`: how long the page takes with 10,000 images, in a real Chromium. Prints
 * medians in milliseconds with the load of the machine, and asserts nothing.
 */
const browser = await DashboardBrowser.start();
try {
  console.log(`page: ${(browser.app.pageBytes / 1024).toFixed(1)} KiB unpacked`);
  for (const answerMs of ANSWER_MS) await compare(answerMs);
} finally {
  await browser.stop();
}

async function compare(answerMs: number): Promise<void> {
  const inventory = { images: manyImages(IMAGES), runs: monthOfRuns() };
  Object.assign(browser.app.state, { ...inventory, answerMs });
  const rounds: Awaited<ReturnType<typeof measure>>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measure());
  const of = (take: (round: (typeof rounds)[number]) => number) => rounds.map(take);
  console.log(`\n${IMAGES} images, each answer after ${answerMs} ms`);
  print(
    'first view, ms',
    of(({ first }) => first),
  );
  print(
    'all images, ms',
    of(({ all }) => all),
  );
  print(
    '  of it on a processor',
    of(({ loaded }) => loaded),
  );
  print(
    'filter, slowest word, ms',
    of(({ filters }) => Math.max(...filters)),
  );
  print(
    '  of it on a processor',
    of(({ filterCpus }) => Math.max(...filterCpus)),
  );
  print(
    'open the largest section, ms',
    of(({ open }) => open),
  );
  print(
    'elements',
    of(({ elements }) => elements),
  );
  print(
    'requests',
    of(({ requests }) => requests),
  );
  print(
    'heap, MiB',
    of(({ heap }) => heap),
  );
  console.log(`  load average ${texts(loadavg(), 1)}`);
}

function print(title: string, values: readonly number[]): void {
  const sorted = values.toSorted((one, other) => one - other);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  console.log(`  ${title.padEnd(30)} ${median.toFixed(0).padStart(6)}   (${texts(values, 0)})`);
}

function texts(values: readonly number[], digits: number): string {
  return values.map((value) => value.toFixed(digits)).join(' ');
}

async function measure() {
  const before = browser.app.requests.length;
  const page = await browser.open({ clock: 'real' });
  const cpu = await cpuOf(page);
  await page.getByLabel('Function key').fill('right-key');
  const button = page.getByRole('button', { name: 'Sign in' });
  const atStart = await cpu();
  const [first, all] = await Promise.all([
    page.evaluate<number>(untilShown('click', '.summary h1')),
    page.evaluate<number>(untilShown('click', '.summary:not([aria-busy="true"]) h1')),
    button.click(),
  ]);
  const loaded = (await cpu()) - atStart;
  const filters = [];
  const filterCpus = [];
  for (const word of WORDS) {
    const atWord = await cpu();
    filters.push(await typed(page, word));
    filterCpus.push((await cpu()) - atWord);
  }
  const done = page.getByRole('button', { name: /^Done/ });
  const [open] = await Promise.all([page.evaluate<number>(untilFrame('click')), done.click()]);
  const elements = await page.evaluate<number>('document.querySelectorAll("*").length');
  const heap = await page.evaluate<number>('performance.memory.usedJSHeapSize / 1048576');
  await page.context().close();
  const requests = browser.app.requests.length - before;
  return { first, all, loaded, filters, filterCpus, open, elements, heap, requests };
}

/** Milliseconds that the page's main thread has used a processor, whatever else the machine does. */
async function cpuOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
}

/** A whole word at once, as pasted: the most work for one event. */
async function typed(page: Page, word: string): Promise<number> {
  const [took] = await Promise.all([
    page.evaluate<number>(untilFrame('input')),
    page.getByLabel('Search').fill(word),
  ]);
  return took;
}

/** Code for the page: milliseconds from an event until the frame after it is painted. */
function untilFrame(event: string): string {
  return `new Promise((resolve) => addEventListener('${event}', () => {
    const start = performance.now();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - start)));
  }, { capture: true, once: true }))`;
}

/** Code for the page: milliseconds from an event until an element is there and painted. */
function untilShown(event: string, selector: string): string {
  return `new Promise((resolve) => addEventListener('${event}', () => {
    const start = performance.now();
    const look = () => document.querySelector('${selector}') === null
      ? requestAnimationFrame(look)
      : requestAnimationFrame(() => resolve(performance.now() - start));
    look();
  }, { capture: true, once: true }))`;
}
