/** Part of the images that tests and the demo work on; never shipped. */
import type { SkipReason } from '../../lib/pipeline/records/reasons.ts';
import { type Finding, fingerprint } from '../../lib/report/finding.ts';
import { alpineBase } from './alpine/alpine-layers.ts';
import { ALPINE_3_22 } from './alpine/alpine-packages.ts';
import { buildImage } from './build-image.ts';
import { busterPackages } from './debian/buster-packages.ts';
import { appConfig, appLayer, debianImage, EARLY_2024, MID_2025 } from './debian/debian-image.ts';
import { debianBase } from './debian/debian-layers.ts';
import { type LayoutContent, makeLayout, type OciLayout } from './oci-layout.ts';
import { olderPatch } from './older-patch.ts';
import { attestedImage, busyboxImage, multiArchImage, windowsImage } from './other-images.ts';

/** The outcome of one tag in a run that patches everything. */
export type ExpectedOutcome =
  | { readonly tag: string; readonly state: 'clean' }
  | { readonly tag: string; readonly state: 'patched'; readonly publishes: string }
  | { readonly tag: string; readonly state: 'skipped'; readonly reason: SkipReason };

/** One repository to put into a registry. */
export interface DemoImage {
  readonly repository: string;
  /** Description for people. */
  readonly note: string;
  readonly layout: OciLayout;
  /** Tags to lock after they are pushed. */
  readonly lockedTags: readonly string[];
  /** True if it is part of the demo; others are only for tests. */
  readonly shown: boolean;
  /** One outcome for each tag. */
  readonly expected: readonly ExpectedOutcome[];
}

/** The images of the demo and of the end-to-end tests. The same registry gives the same digests. */
export async function demoImages(options: {
  /** The login server of their registry, which older patches name. */
  readonly registry: string;
}): Promise<readonly DemoImage[]> {
  return Promise.all([...shownImages(options.registry), ...furtherImages()]);
}

function shownImages(registry: string): readonly Promise<DemoImage>[] {
  return [
    simple('team/api', 'outdated Debian 12, under two tags', ['1.4', '1.4.2'], {
      image: debianImage({ app: 'api', older: EARLY_2024 }),
      outcome: (tag) => ({ tag, state: 'patched', publishes: `${tag}-1` }),
    }),
    simple('team/gateway', 'outdated Alpine 3.22', ['2025.6'], {
      image: alpineImage(),
      outcome: (tag) => ({ tag, state: 'patched', publishes: `${tag}-1` }),
    }),
    simple('platform/base', 'Debian 12, up to date', ['12'], {
      image: debianImage({ app: 'base', curl: false }),
      outcome: (tag) => ({ tag, state: 'clean' }),
      lockedTags: ['12'],
    }),
    simple('legacy/reports', 'Debian 10, past its end of life', ['2.3'], {
      image: busterImage(),
      outcome: (tag) => ({ tag, state: 'skipped', reason: 'end-of-life' }),
    }),
    simple('team/search', 'Debian 12 with findings that have no fix yet', ['7.1'], {
      image: debianImage({ app: 'search' }),
      outcome: (tag) => ({ tag, state: 'skipped', reason: 'no-fix-available' }),
    }),
    simple('tools/busybox', 'a lone program without a package database', ['1.37'], {
      image: busyboxImage(),
      outcome: (tag) => ({ tag, state: 'skipped', reason: 'unsupported-os' }),
    }),
    patchedBefore(registry),
    pushedAgain(registry),
  ];
}

function furtherImages(): readonly Promise<DemoImage>[] {
  return [
    simple('team/multi', 'one index for two architectures', ['3.0'], {
      image: multiArchImage(),
      outcome: (tag) => ({ tag, state: 'skipped', reason: 'multi-arch' }),
      shown: false,
    }),
    simple('team/windows', 'a Windows image', ['ltsc2022'], {
      image: windowsImage(),
      outcome: (tag) => ({ tag, state: 'skipped', reason: 'windows' }),
      shown: false,
    }),
    simple('team/web', 'an index of one image and its attestation', ['5.0'], {
      image: attestedImage(),
      outcome: (tag) => ({ tag, state: 'patched', publishes: `${tag}-1` }),
      shown: false,
    }),
    simple('ops/cron', 'outdated Debian 12 as Docker schema 2', ['2.1'], {
      image: debianImage({ app: 'cron', older: MID_2025, mediaTypes: 'docker' }),
      outcome: (tag) => ({ tag, state: 'patched', publishes: `${tag}-1` }),
      shown: false,
    }),
  ];
}

async function simple(
  repository: string,
  note: string,
  tags: readonly string[],
  more: {
    readonly image: Promise<LayoutContent>;
    readonly outcome: (tag: string) => ExpectedOutcome;
    readonly lockedTags?: readonly string[];
    readonly shown?: boolean;
  },
): Promise<DemoImage> {
  return {
    repository,
    note,
    layout: makeLayout([{ content: await more.image, tags }]),
    lockedTags: more.lockedTags ?? [],
    shown: more.shown ?? true,
    expected: tags.map(more.outcome),
  };
}

/** `5.2-1` fixes the findings of 2024; there are newer ones now. */
async function patchedBefore(registry: string): Promise<DemoImage> {
  const [repository, tag] = ['team/billing', '5.2'];
  const source = await debianImage({ app: 'billing', older: EARLY_2024 });
  const patch = await patchOf({ registry, repository, tag, source, findings: KNOWN_IN_2024 });
  return {
    repository,
    note: 'patched before, with new findings since',
    layout: makeLayout([
      { content: source, tags: [tag] },
      { content: patch, tags: [`${tag}-1`] },
    ]),
    lockedTags: [],
    shown: true,
    expected: [{ tag, state: 'patched', publishes: `${tag}-2` }, unproven(`${tag}-1`)],
  };
}

/** `9.0-1` is a patch of an earlier image of `9.0`, which was pushed again since. */
async function pushedAgain(registry: string): Promise<DemoImage> {
  const [repository, tag] = ['team/shop', '9.0'];
  const first = await debianImage({ app: 'shop', older: EARLY_2024 });
  const again = await debianImage({ app: 'shop', older: MID_2025 });
  const patch = await patchOf({
    registry,
    repository,
    tag,
    source: first,
    findings: KNOWN_IN_2024,
  });
  return {
    repository,
    note: 'pushed again under its tag after it was patched',
    layout: makeLayout([
      { content: first, tags: [] },
      { content: patch, tags: [`${tag}-1`] },
      { content: again, tags: [tag] },
    ]),
    lockedTags: [],
    shown: true,
    expected: [{ tag, state: 'patched', publishes: `${tag}-2` }, unproven(`${tag}-1`)],
  };
}

/** The inventory of a new installation knows no older patch. */
function unproven(tag: string): ExpectedOutcome {
  return { tag, state: 'skipped', reason: 'patched-elsewhere' };
}

function patchOf(options: {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly source: LayoutContent;
  readonly findings: readonly KnownFinding[];
}): Promise<LayoutContent> {
  const { findings, ...rest } = options;
  return olderPatch({
    ...rest,
    updates: findings,
    fingerprint: fingerprint(findings),
    patchedAt: new Date('2024-10-01T02:00:00Z'),
  });
}

type KnownFinding = Finding & { readonly name: string; readonly fixed: string };

function known(id: string, name: string, installed: string, fixed: string): KnownFinding {
  return { id, name, package: name, installed, fixed, severity: 'high' };
}

/** The fixable findings in the packages of `EARLY_2024` as of autumn 2024, shortened. */
const KNOWN_IN_2024: readonly KnownFinding[] = [
  known('CVE-2024-6119', 'libssl3', '3.0.11-1~deb12u2', '3.0.14-1~deb12u2'),
  known('CVE-2024-6119', 'openssl', '3.0.11-1~deb12u2', '3.0.14-1~deb12u2'),
  known('CVE-2024-2961', 'libc6', '2.36-9+deb12u4', '2.36-9+deb12u6'),
  known('CVE-2024-2961', 'libc-bin', '2.36-9+deb12u4', '2.36-9+deb12u6'),
  known('CVE-2024-7264', 'curl', '7.88.1-10+deb12u5', '7.88.1-10+deb12u7'),
  known('CVE-2024-7264', 'libcurl4', '7.88.1-10+deb12u5', '7.88.1-10+deb12u7'),
];

function alpineImage(): Promise<LayoutContent> {
  return buildImage({
    layers: [
      { entries: alpineBase('3.22.0', ALPINE_3_22), createdBy: 'ADD alpine-minirootfs.tar.gz /' },
      appLayer('gateway'),
    ],
    config: appConfig('gateway'),
  });
}

function busterImage(): Promise<LayoutContent> {
  return buildImage({
    layers: [
      {
        entries: debianBase({ version: '10.13', codename: 'buster' }, busterPackages()),
        createdBy: 'ADD rootfs.tar /',
      },
      appLayer('reports'),
    ],
    config: appConfig('reports'),
  });
}
