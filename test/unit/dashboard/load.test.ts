import { describe, expect, it } from 'vitest';
import { ApiClient } from '../../../dashboard/api/client.ts';
import { loadOverview } from '../../../dashboard/api/load.ts';
import { pollDelay } from '../../../dashboard/model/poll-delay.ts';

const ACTIVE = { activeRuns: [{ runId: 'r1', createdAt: '2026-11-30T02:00:00Z' }], images: 2 };
const IDLE = { activeRuns: [], images: 2 };

/** An app with two pages of images, whose status has this ETag. */
function appWith(etag: () => string, status: object = IDLE, changed: readonly object[] = []) {
  const asked: string[] = [];
  const client = new ApiClient(async (path, init) => {
    asked.push(path);
    const known = new Headers(init.headers).get('if-none-match');
    if (path === '/api/status') {
      if (known === etag()) return new Response(null, { status: 304 });
      return Response.json(status, { headers: { etag: etag() } });
    }
    if (path.startsWith('/api/images')) {
      if (path.includes('since=')) return Response.json({ items: changed, next: null });
      const isLast = path.includes('after=two%2F');
      return Response.json({
        items: [{ image: isLast ? 'b:1' : 'a:1' }],
        next: isLast ? null : 'two/',
      });
    }
    return Response.json({ items: [{ image: 'w:1' }], next: null });
  }, 'key');
  return { client, asked };
}

it('loads every page of images, and what active runs work on', async () => {
  const { client } = appWith(() => '"1"', ACTIVE);
  const parts: (readonly [number, boolean])[] = [];

  const loaded = await loadOverview(client, undefined, ({ images, isWhole }) => {
    parts.push([images.length, isWhole]);
  });

  expect(parts).toEqual([[1, false]]);
  expect(loaded).toMatchObject({
    ok: true,
    overview: {
      images: [{ image: 'a:1' }, { image: 'b:1' }],
      isWhole: true,
      working: [{ image: 'w:1' }],
    },
  });
});

it('loads images again only after the status has changed', async () => {
  let etag = '"1"';
  const { client, asked } = appWith(() => etag);
  const first = await loadOverview(client, undefined);
  const known = first.ok ? first.overview : undefined;
  const imagesAsked = () => asked.filter((path) => path.startsWith('/api/images')).length;

  await loadOverview(client, known);
  expect(imagesAsked()).toBe(2);

  etag = '"2"';
  await loadOverview(client, known);
  expect(imagesAsked()).toBe(4);
});

it('loads images that a failed look did not, although the status is the same since', async () => {
  const etags = ['"1"', '"2"', '"2"'];
  let look = 0;
  let isBusy = false;
  const client = new ApiClient(async (path, init) => {
    const etag = etags[look] ?? '';
    if (path === '/api/status') {
      const known = new Headers(init.headers).get('if-none-match');
      if (known === etag) return new Response(null, { status: 304 });
      return Response.json(IDLE, { headers: { etag } });
    }
    if (!path.startsWith('/api/images')) return Response.json({ items: [], next: null });
    if (isBusy) return Response.json({ detail: 'storage is busy' }, { status: 503 });
    return Response.json({ items: [{ image: `look-${look}:1` }], next: null });
  }, 'key');
  const first = await loadOverview(client, undefined);
  const known = first.ok ? first.overview : undefined;
  look = 1;
  isBusy = true;
  expect(await loadOverview(client, known)).toMatchObject({ ok: false });
  look = 2;
  isBusy = false;

  const third = await loadOverview(client, known);
  expect(third).toMatchObject({ ok: true, overview: { images: [{ image: 'look-2:1' }] } });
});

it('says that it shows some of the images if there are more pages than it loads', async () => {
  let pages = 0;
  const client = new ApiClient(async (path) => {
    if (path === '/api/status') return Response.json({ ...IDLE, images: 51 });
    if (!path.startsWith('/api/images')) return Response.json({ items: [], next: null });
    pages += 1;
    return Response.json({ items: [{ image: `a:${pages}` }], next: 'more/' });
  }, 'key');

  const loaded = await loadOverview(client, undefined);

  expect(loaded).toMatchObject({ ok: true, overview: { isWhole: true, isCut: true } });
  expect(pages).toBe(50);
});

describe('during a run', () => {
  async function secondLook(images: number, changed: readonly object[]) {
    let etag = '"1"';
    const { client, asked } = appWith(() => etag, { ...ACTIVE, images }, changed);
    const first = await loadOverview(client, undefined);
    asked.length = 0;
    etag = '"2"';
    const second = await loadOverview(client, first.ok ? first.overview : undefined);
    const paths = asked.filter((path) => path.startsWith('/api/images'));
    return { images: second.ok ? second.overview.images : undefined, paths };
  }

  it('loads only the images again that the run has changed', async () => {
    const { images, paths } = await secondLook(3, [
      { image: 'b:1', state: 'patched' },
      { image: 'c:1' },
    ]);

    expect(paths).toEqual(['/api/images?limit=1000&since=2026-11-30T02:00:00Z']);
    expect(images).toEqual([
      { image: 'a:1' },
      { image: 'b:1', state: 'patched' },
      { image: 'c:1' },
    ]);
  });

  it('loads all images if their number shows that one is gone', async () => {
    const { images, paths } = await secondLook(2, [{ image: 'c:1' }]);

    expect(paths).toHaveLength(3);
    expect(images).toEqual([{ image: 'a:1' }, { image: 'b:1' }]);
  });
});

it('looks often during a run, seldom after failures, and never while hidden', () => {
  const look = { isActive: true, isHidden: false, failures: 0 };

  expect(pollDelay(look)).toBe(4000);
  expect(pollDelay({ ...look, isActive: false })).toBe(60_000);
  expect(pollDelay({ ...look, failures: 2 })).toBe(16_000);
  expect(pollDelay({ ...look, failures: 99 })).toBe(300_000);
  expect(pollDelay({ ...look, isHidden: true })).toBeUndefined();
});
