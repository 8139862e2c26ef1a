import { Lineage } from '../../lib/lineage/lineage.ts';
import { DIGEST, hoursAgo, PATCH_DIGEST } from './sample-views.ts';

const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;
const NONE = { items: [], more: false, unread: null };
const referrer = (artifactType: string | null, digit: string, hours?: number) => ({
  artifactType,
  digest: digestOf(digit),
  size: 812,
  createdAt: hours === undefined ? null : hoursAgo(hours),
});

/** With a hostile type, a long name, a patch that is gone, and more referrers than are shown. */
export const LINEAGE = Lineage.parse({
  image: 'team/api:1.4',
  base: {
    name: `registry.example.test/${'very-long-name-of-a-team/'.repeat(4)}debian:12-slim`,
    digest: digestOf('d'),
    malformed: false,
  },
  baseUnread: null,
  source: {
    ...{ tag: '1.4', digest: DIGEST, previousDigest: digestOf('e'), movedAt: hoursAgo(30) },
    referrers: {
      items: Array.from({ length: 20 }, (_, n) =>
        referrer('application/vnd.in-toto+json', n.toString(16).slice(-1), n),
      ).map((one, n) => ({ ...one, digest: `sha256:${String(n).padStart(64, '0')}` })),
      more: true,
      unread: null,
    },
  },
  patches: [
    {
      ...{ tag: '1.4-2', digest: PATCH_DIGEST, newest: true, madeFrom: DIGEST },
      publishedBy: '20261130T020000Z-7f3a',
      referrers: {
        ...NONE,
        items: [
          referrer('application/vnd.openvex+json', '1', 5),
          referrer('application/vnd.patchwright.report.before+json', '2', 5),
          referrer(`<img src=x onerror=alert(1)>${'x'.repeat(200)}`, '3'),
          referrer(null, '4'),
        ],
      },
    },
    {
      ...{ tag: '1.4-1', digest: digestOf('a'), newest: false, madeFrom: null },
      publishedBy: null,
      referrers: {
        ...NONE,
        unread: {
          reason: 'gone',
          detail: `team/api@${digestOf('a')} is not in the registry`,
          advice: 'the registry has it no longer: the next run updates the rows',
        },
      },
    },
  ],
  olderPatches: 3,
});

/** As most images have it. */
export const PLAIN_LINEAGE = Lineage.parse({
  ...LINEAGE,
  base: { ...LINEAGE.base, name: 'docker.io/library/debian:12-slim' },
  source: { tag: '1.4', digest: DIGEST, previousDigest: null, movedAt: null, referrers: NONE },
  patches: LINEAGE.patches.slice(0, 1).map((patch) => ({
    ...patch,
    tag: '1.4-1',
    referrers: { ...patch.referrers, items: patch.referrers.items.slice(0, 2) },
  })),
  olderPatches: 0,
});
