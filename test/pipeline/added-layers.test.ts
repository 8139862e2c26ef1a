import { describe, expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { Target } from '../../lib/pipeline/records/target.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { type TarEntry, tarOf } from '../unit/image/layer/layer-samples.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const API = RepositoryName.parse('team/api');
const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];
const LIST = 'var/lib/dpkg/info/libssl3:amd64.list';
const LIBRARY = 'usr/lib/x86_64-linux-gnu/libssl.so.3';
const SOURCE: readonly TarEntry[] = [
  { name: LIST, text: `/${LIBRARY}\n` },
  { name: LIBRARY, text: 'old' },
  { name: 'var/lib/dpkg/info/zlib1g:amd64.list', text: '/usr/lib/libz.so.1\n' },
  { name: 'usr/lib/libz.so.1', text: 'zlib' },
  { name: 'app/server', mode: 0o755, text: 'the application' },
  { name: 'etc/passwd', text: 'root:x:0:0::/root:/bin/bash\n' },
];
const STATUS: TarEntry = { name: 'var/lib/dpkg/status', text: 'Package: libssl3\nVersion: 1.1\n' };
const UPDATE: readonly TarEntry[] = [
  STATUS,
  { name: LIST, text: `/${LIBRARY}\n` },
  { name: LIBRARY, text: 'new' },
];

/** Trivy's report of the source or of the patch, with the files of each package. */
function report(layers: number): Record<string, unknown> {
  const plain = JSON.stringify(debianReport(layers > 1 ? [] : OUTDATED));
  const version = layers > 1 ? '1.1' : '1.0';
  return JSON.parse(
    plain.replace(
      '"Name":"libssl3","Version":"1.0"',
      `"Name":"libssl3","Version":"${version}","Arch":"amd64","InstalledFiles":["/${LIBRARY}"]`,
    ),
  );
}

/** The same of an image without a package manager. */
function distrolessReport(layers: number): Record<string, unknown> {
  const text = JSON.stringify(report(layers));
  const without = text.replace('"Name":"apt"', '"Name":"libc6"');
  return JSON.parse(without.replace('"Name":"dpkg"', '"Name":"tzdata"'));
}

interface Slowness {
  /** How long the source's layer takes to open. */
  readonly sourceSeconds?: number;
  /** How long the added layer takes to open, at each attempt. */
  readonly addedSeconds?: number;
  readonly reportOf?: typeof report;
}

async function patchedWith(
  added: readonly TarEntry[],
  source: readonly TarEntry[] = SOURCE,
  { sourceSeconds = 0, addedSeconds = 0, reportOf = report }: Slowness = {},
): Promise<Target> {
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags: ['v1'] }] },
    script: { report: ({ length }) => reportOf(length), layer: await tarOf(added) },
  });
  await world.seedDatabase();
  await seedImage(world.registry, {
    repository: API,
    tags: [Tag.parse('v1')],
    layers: [await tarOf(source)],
  });
  const openBlob = world.registry.openBlob.bind(world.registry);
  let opened = 0;
  world.registry.openBlob = (repository, digest) => {
    opened += 1;
    const seconds = opened === 2 ? sourceSeconds : 0;
    world.clock.advance({ seconds: addedSeconds === 0 ? seconds : addedSeconds });
    return openBlob(repository, digest);
  };
  const { id: runId } = await world.run();
  const target = await world.target(runId, 'team/api', 'v1');
  if (target.state === 'rejected') {
    expect(await world.registry.tag(API, Tag.parse('v1-1'))).toBeUndefined();
  }
  return target;
}

describe('the added layer of a patch', () => {
  it('is accepted if it replaces the files of the fixed package', async () => {
    expect(await patchedWith(UPDATE)).toMatchObject({ state: 'patched', unownedPaths: 0 });
  });

  it('is accepted for an image whose resolv.conf is a link to nothing', async () => {
    const link = {
      name: 'etc/resolv.conf',
      type: 'symlink',
      linkname: '../run/resolv.conf',
    } as const;

    expect(await patchedWith(UPDATE, [...SOURCE, link])).toMatchObject({ state: 'patched' });
  });

  it('is accepted for an image without a package manager if it replaces files and checksums', async () => {
    const records = 'var/lib/dpkg/status.d';
    const sums = (text: string) => `${text.repeat(32)}  ${LIBRARY}\n`;
    const source = [
      { name: `${records}/libssl3`, text: 'Package: libssl3\nVersion: 1.0\n' },
      { name: `${records}/libssl3.md5sums`, text: sums('a') },
      { name: LIBRARY, text: 'old' },
    ];
    const record = { name: `${records}/libssl3`, text: 'Package: libssl3\nVersion: 1.1\n' };
    const update = [
      { name: `${records}/libssl3.md5sums`, text: sums('b') },
      { name: LIBRARY, text: 'new' },
    ];
    const options = { reportOf: distrolessReport };

    expect(await patchedWith([record, ...update], source, options)).toMatchObject({
      state: 'patched',
      unownedPaths: 0,
    });
    expect(await patchedWith([record], source, options)).toMatchObject({
      state: 'rejected',
      detail: expect.stringContaining('libssl3 counts as fixed, but none of its files is replaced'),
    });
  });

  it.each<{ readonly what: string; readonly added: readonly TarEntry[]; readonly detail: string }>([
    { what: 'it changes the record alone', added: [STATUS], detail: 'libssl3 counts as fixed' },
    {
      what: 'it deletes the library',
      added: [STATUS, { name: 'usr/lib/x86_64-linux-gnu/.wh.libssl.so.3' }],
      detail: 'libssl.so.3 is deleted, but the update of libssl3 still has it',
    },
    {
      what: "it deletes another package's library",
      added: [...UPDATE, { name: 'usr/lib/.wh.libz.so.1' }],
      detail: 'usr/lib/libz.so.1 is deleted, but belongs to zlib1g',
    },
    {
      what: 'it replaces the application, the accounts and a job for cron',
      added: [
        ...UPDATE,
        { name: 'app/server', mode: 0o755, text: 'evil' },
        { name: 'etc/passwd', text: 'r00t::0:0:::\n' },
        { name: 'etc/cron.d/x', text: '* * * * * root evil\n' },
      ],
      detail: 'app/server is a program, and no package owns it; etc/cron.d/x is read by cron',
    },
    {
      what: 'it adds a setuid program that a made-up list claims',
      added: [
        ...UPDATE,
        { name: 'usr/bin/rootme', mode: 0o4755, text: 'evil' },
        { name: 'var/lib/dpkg/info/nosuchpackage.list', text: '/usr/bin/rootme\n' },
      ],
      detail: 'usr/bin/rootme is setuid',
    },
  ])('is rejected if $what', async ({ added, detail }) => {
    const target = await patchedWith(added);

    expect(target).toMatchObject({ state: 'rejected', reason: 'layer-suspicious' });
    expect(target.detail).toContain(detail);
  });
});

describe('an added layer that comes slowly', () => {
  it('is accepted within five minutes', async () => {
    expect(await patchedWith(UPDATE, SOURCE, { addedSeconds: 190 })).toMatchObject({
      state: 'patched',
    });
  });

  it('fails its image after three attempts, and nothing is published', async () => {
    const target = await patchedWith(UPDATE, SOURCE, { addedSeconds: 310 });

    expect(target).toMatchObject({
      state: 'failed',
      reason: 'timeout',
      attempts: 3,
      detail: 'the layers of the patch could not be read within 300 seconds',
    });
    expect(target.patchDigest).toBeUndefined();
  });
});

/** Only dpkg's lists say who owns it: Trivy's report does not name configuration files. */
const SETTING = 'etc/security/ssl.init';
const PAM_LIST = { name: LIST, text: `/${LIBRARY}\n/${SETTING}\n` };
const PAM_SOURCE: readonly TarEntry[] = [
  ...SOURCE.slice(1),
  PAM_LIST,
  { name: SETTING, mode: 0o755, text: 'old' },
];
const PAM_UPDATE: readonly TarEntry[] = [
  ...UPDATE.filter(({ name }) => name !== LIST),
  PAM_LIST,
  { name: SETTING, mode: 0o755, text: 'new' },
];

describe('a file of PAM that only the lists of the source mention', () => {
  it('is accepted even if the source takes five minutes to read', async () => {
    expect(await patchedWith(PAM_UPDATE, PAM_SOURCE, { sourceSeconds: 300 })).toMatchObject({
      state: 'patched',
    });
  });

  it('is refused if the time for the source runs out, and the detail says so', async () => {
    const target = await patchedWith(PAM_UPDATE, PAM_SOURCE, { sourceSeconds: 450 });

    expect(target).toMatchObject({ state: 'rejected', reason: 'layer-suspicious' });
    expect(target.detail).toContain(`${SETTING} is read by PAM`);
    expect(target.detail).toContain("(the source's layers were not read to their end");
  });
});

it.each([
  ['a step ends before its lease does, even if layers of many images are slow', 130, 130],
  ['an image whose added layers a step had no time to read is left for the next step', 110, 110],
  ['an image whose source a step had no time to read is left for the next step', 10, 200],
])('%s', async (_, addedSeconds, sourceSeconds) => {
  const tags = ['v1', 'v2', 'v3', 'v4', 'v5'];
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags }] },
    script: { report: ({ length }) => report(length), layer: await tarOf(PAM_UPDATE) },
  });
  await world.seedDatabase();
  for (const tag of tags) {
    const layers = [await tarOf([...PAM_SOURCE, { name: 'opt/version', text: tag }])];
    await seedImage(world.registry, { repository: API, tags: [Tag.parse(tag)], layers });
  }
  const openBlob = world.registry.openBlob.bind(world.registry);
  let opened = 0;
  world.registry.openBlob = (repository, digest) => {
    opened += 1;
    world.clock.advance({ seconds: opened % 2 === 1 ? addedSeconds : sourceSeconds });
    return openBlob(repository, digest);
  };

  const { id: runId } = await world.run();

  const targets = await Promise.all(tags.map((tag) => world.target(runId, 'team/api', tag)));
  expect(targets.map(({ state, attempts }) => ({ state, attempts }))).toEqual(
    tags.map(() => ({ state: 'patched', attempts: 0 })),
  );
  expect(world.log.filter(({ message }) => message === 'step lost its lease')).toEqual([]);
});
