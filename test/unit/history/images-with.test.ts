import { expect, it } from 'vitest';
import { listImages } from '../../../lib/history/images.ts';
import { addFindings, CVE, finding } from './finding-samples.ts';
import { NOW, threeNights } from './history-samples.ts';

const { history, tables, operations } = await threeNights();
await addFindings(tables, [
  finding('team/api:1.4', 'fixed'),
  finding('team/api:1.5', 'gone'),
  finding('team/web:2.0', 'open'),
  finding('team/windows:1', 'open-no-fix'),
  finding('team/never-recorded:1', 'open'),
  finding('team/api:1.5', 'open', 'CVE-2026-2'),
]);

const list = (filters: Omit<Parameters<typeof listImages>[1], 'cve'>) =>
  listImages(history, { ...filters, cve: CVE }, NOW);
const names = async (filters: Parameters<typeof list>[0]) =>
  (await list(filters)).items.map(({ repository, tag }) => `${repository}:${tag}`);

it('lists the images that have a vulnerability, without those that no longer have it', async () => {
  operations();

  expect(await names({})).toEqual(['team/api:1.4', 'team/web:2.0', 'team/windows:1']);
  // One for the rows of the vulnerability, and one for each of its tags.
  expect(operations()).toBe(5);
});

it.each([
  [{ state: 'failed' }, ['team/web:2.0']],
  [{ repository: 'team/w*' }, ['team/web:2.0', 'team/windows:1']],
  [{ repository: 'team/api' }, ['team/api:1.4']],
  [{ repository: '*', severity: 'critical' as const }, ['team/api:1.4']],
  [{ present: 'false' as const }, []],
])('selects among them by %j', async (filters, expected) => {
  expect(await names(filters)).toEqual(expected);
});

it('goes on until the page is full, and where the page before ended', async () => {
  const first = await list({ limit: '1', state: 'failed,skipped' });
  const second = await list({ limit: '1', state: 'failed,skipped', after: first.next ?? '' });

  expect([first, second].map(({ items }) => items.map(({ tag }) => tag))).toEqual([['2.0'], ['1']]);
  expect(second.next).toBeNull();
});

it('ends a page after some operations if other filters leave out most images, and says where to go on', async () => {
  const many = 'CVE-2026-4';
  const tags = Array.from({ length: 30 }, (_, at) => finding(`team/many:${at}`, 'open', many));
  await addFindings(tables, tags);
  operations();

  const page = await listImages(history, { cve: many, limit: '1', state: 'failed' }, NOW);

  expect(page.items).toEqual([]);
  expect(page.next).not.toBeNull();
  expect(operations()).toBe(20);
});

it('has no image for a vulnerability that no image has', async () => {
  const none = await listImages(history, { cve: 'CVE-2026-3' }, NOW);
  expect(none).toEqual({ items: [], next: null, unreadable: 0 });
});
