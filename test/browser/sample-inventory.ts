import type { ImageView } from '../../lib/history/image-view.ts';
import type { RunView } from '../../lib/history/run-view.ts';
import { anImage, aRun, found, hoursAgo, patchWith } from './sample-views.ts';

/** An inventory with images in each section. */
export function mixedImages(): readonly ImageView[] {
  return [
    anImage('team/checkout:3.2', {
      state: 'failed',
      reason: 'package-source-gone',
      detail: 'https://deb.example.test/debian buster Release answers 404',
      ...found(4, 11, 20, 6),
      ...openFor(12),
    }),
    anImage('team/catalog:2.9', {
      state: 'failed',
      reason: 'package-source-gone',
      detail: 'https://deb.example.test/debian buster Release answers 404',
      ...found(1, 7, 9, 2),
      ...openFor(3),
      openSinceHigh: hoursAgo(24 * 41),
    }),
    anImage('team/ledger:7.0', {
      state: 'rejected',
      reason: 'layer-suspicious',
      detail: 'the patch adds /usr/local/bin/agent, which no package owns',
      ...found(0, 5, 8, 1),
      openSinceHigh: hoursAgo(24 * 9),
      openSinceMedium: hoursAgo(24 * 9),
      openSinceLow: hoursAgo(24 * 9),
    }),
    anImage('legacy/reports:2.3', {
      state: 'skipped',
      reason: 'end-of-life',
      detail: 'Debian 10 gets no security updates since 2024-06-30',
      ...found(3, 14, 31, 12),
      ...openFor(16),
    }),
    anImage('team/mailer:1.8', {
      state: 'waiting',
      reason: 'backing-off',
      detail: 'not tried until 2026-12-01T02:00:00Z',
      ...found(0, 2, 3),
      openSinceHigh: hoursAgo(24 * 2),
      openSinceMedium: hoursAgo(24 * 2),
    }),
    anImage('team/orders:5.1', {
      state: 'skipped',
      reason: 'source-changed',
      ...found(1, 1, 4),
      ...openFor(1),
      openSinceLow: null,
    }),
    anImage('team/pricing:0.9', {
      state: 'planned',
      reason: 'dry-run',
      runId: '20261129T150000Z-1c2d',
      at: hoursAgo(17),
      ...found(2, 6, 3, 1),
      ...openFor(1),
    }),
    anImage('tools/busybox:1.37', {
      state: 'skipped',
      reason: 'unsupported-os',
      detail: 'no package manager',
      counts: 'unknown',
      scannedAt: null,
      ...{ critical: null, high: null, medium: null, low: null, unknown: null, fixable: null },
    }),
    anImage('team/search:7.1', {
      state: 'skipped',
      reason: 'no-fix-available',
      high: 1,
      low: 8,
      scannedAt: hoursAgo(24 * 12),
    }),
    anImage('team/api:1.4', {
      state: 'patched',
      ...found(8, 25, 59, 8),
      ...patchWith('1.4-1', 1, 8),
    }),
    anImage('team/billing:5.2', {
      state: 'patched',
      ...found(8, 25, 59, 8),
      ...patchWith('5.2-2', 1, 8),
    }),
    anImage('team/gateway:2025.6', {
      state: 'already-patched',
      ...found(1, 3, 19),
      ...patchWith('2025.6-1', 0, 0),
    }),
    anImage('platform/base:12', { packagesCovered: 88, packagesUncovered: 2 }),
    anImage('platform/jre:21'),
  ];
}

/** Since when the findings have had a fix. */
function openFor(days: number): Partial<ImageView> {
  const since = hoursAgo(24 * days);
  return {
    openSinceCritical: since,
    openSinceHigh: since,
    openSinceMedium: since,
    openSinceLow: since,
  };
}

/** What the last night did about the images above. */
const LAST_NIGHT = {
  ...{ patched: 2, alreadyPatched: 1, clean: 2, skipped: 4 },
  ...{ waiting: 1, rejected: 1, failed: 2 },
};

/** A month of nights, the newest first. */
export function monthOfRuns(): readonly RunView[] {
  return Array.from({ length: 28 }, (_, night) => {
    const hours = 6 + 24 * night;
    const failed = night % 9 === 0 ? 2 : 0;
    const patched = 2 + ((night * 5) % 7);
    const late = night % 7 === 0 ? 1 : 0;
    const later = night % 5 === 0 ? 1 : 0;
    const counts =
      night === 0
        ? LAST_NIGHT
        : {
            patched,
            alreadyPatched: 9 - (night % 4),
            clean: 6 + (night % 3),
            skipped: 4,
            waiting: night % 5 === 2 ? 2 : 0,
            rejected: night % 11 === 3 ? 1 : 0,
            failed,
          };
    const targets = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const id = hoursAgo(hours).replaceAll(/[-:]|\.000/g, '');
    return aRun(night === 0 ? '20261130T020000Z-7f3a' : `${id}-7f3a`, {
      ...counts,
      targets,
      patchDays: {
        critical: { hours: 14 * patched + 90 * late, days: { 1: patched, 4: late } },
        high: { hours: 30 * patched + 970 * later, days: { 3: patched, 41: later } },
      },
      ...{ groups: 41, unseenGroups: 0, cost: 0.42, currency: 'EUR' },
      ...{ scanSeconds: 2400, patchSeconds: 5200, verifySeconds: 1900 },
      state: failed > 0 ? 'completed-with-failures' : 'completed',
      createdAt: hoursAgo(hours),
      finishedAt: hoursAgo(hours - 1),
    });
  });
}

/** As many images as asked for, in every state. */
export function manyImages(count: number): readonly ImageView[] {
  const kinds = mixedImages();
  return Array.from({ length: count }, (_, index) => {
    const kind = kinds[index % kinds.length];
    const repository = `fleet/service-${String(index % 400).padStart(3, '0')}`;
    const tag = `1.${index}`;
    return { ...(kind ?? anImage('x:1')), repository, tag, image: `${repository}:${tag}` };
  });
}
