import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import type { ImageConfig } from '../../../lib/image/manifest.ts';
import { fixable } from '../../../lib/report/finding.ts';
import { buildImage } from '../../images/build-image.ts';
import { debianImage, MID_2025 } from '../../images/debian/debian-image.ts';
import { type DemoImage, demoImages } from '../../images/demo-images.ts';
import { makeLayout } from '../../images/oci-layout.ts';
import type { LayerEntry } from '../filesystem/layer.ts';
import { textFile, withParentFolders } from '../filesystem/parent-folders.ts';
import { takeInventory } from '../packages/operating-system.ts';
import { copa } from './copa.ts';
import {
  type CopaFixture,
  layerDigests,
  type Patched,
  scan,
  startCopaFixture,
} from './copa-fixture.ts';

let fixture: CopaFixture;
let images: readonly DemoImage[];

beforeAll(async () => {
  fixture = await startCopaFixture();
  images = await demoImages({ registry: fixture.tools.registry.host });
});
afterAll(() => fixture.close());

function pushDemo(repository: string): Promise<void> {
  const image = images.find((one) => one.repository === repository);
  if (image === undefined) {
    throw new Error(`no demo image ${repository}`);
  }
  return fixture.tools.push(repository, image.layout);
}

function inner(config: ImageConfig): Record<string, unknown> {
  const { labels: _, ...rest } = config.config ?? {};
  return rest;
}

describe('a patch of a Debian image', () => {
  let patched: Patched;
  beforeAll(async () => {
    await pushDemo('team/api');
    fixture.tools.registry.clearRequests();
    patched = await fixture.patch('team/api', '1.4', {
      extra: ['-o', join(fixture.tools.folder, 'vex.json')],
    });
  });

  it('keeps the source layers and adds one', () => {
    const { run, source, result } = patched;

    expect(run).toMatchObject({ status: 0, stdout: '' });
    expect(run.stderr).toContain('Patched image (linux/amd64): ');
    const layers = result ? layerDigests(result.manifest) : [];
    expect(layers.slice(0, -1)).toEqual(layerDigests(source.manifest));
  });

  it('leaves no fixable finding and loses no package', () => {
    const after = patched.result ? scan(patched.result, 'after').scan : undefined;

    expect(fixable(patched.before.scan).length).toBeGreaterThan(50);
    expect(after === undefined ? undefined : fixable(after)).toEqual([]);
    expect(after?.packages.map(({ name }) => name)).toEqual(
      patched.before.scan.packages.map(({ name }) => name),
    );
  });

  it('has new files for each upgraded package', () => {
    const { source, result } = patched;
    const database = takeInventory(source.files).database;
    const libssl = database?.packages.find(({ name }) => name === 'libssl3');

    const layer = new Map(result?.layers.at(-1)?.map((entry) => [entry.path, entry]));

    const contents = (entry: LayerEntry | undefined) =>
      entry?.type === 'file' ? digestOf(entry.content) : undefined;
    expect(libssl?.files.length).toBeGreaterThan(0);
    for (const path of (libssl?.files ?? []).map((file) => file.slice(1))) {
      expect(contents(layer.get(path))).toBeDefined();
      expect(contents(layer.get(path))).not.toBe(contents(source.files.get(path)));
    }
    expect(layer.has('var/lib/dpkg/info/libssl3:amd64.list')).toBe(true);
  });

  it('changes only the fields of the config that Copa changes', () => {
    const { source, result } = patched;

    const reference = `${fixture.tools.registry.host}/team/api@${source.document.digest}`;
    expect(result?.config.config?.labels).toEqual({ BaseImage: reference });
    expect(result && inner(result.config)).toEqual(inner(source.config));
    expect(result?.config.created).toBe(source.config.created);
    expect(result?.config.history).toHaveLength((source.config.history?.length ?? 0) + 1);
    expect(result?.config.rootfs.diff_ids?.slice(0, -1)).toEqual(source.config.rootfs.diff_ids);
    expect(Object.keys(result?.manifest.annotations ?? {})).toEqual([
      'org.opencontainers.image.created',
      'sh.copa.image.patched',
    ]);
  });

  it('mounts the source layers instead of uploading them', () => {
    const uploads = fixture.tools.registry.events().filter(({ method }) => method === 'PUT');

    expect(uploads.filter(({ path }) => path.includes('/blobs/uploads/'))).toHaveLength(2);
  });

  it('writes OpenVEX with the pushed digest', async () => {
    const vex = JSON.parse(await readFile(join(fixture.tools.folder, 'vex.json'), 'utf8'));

    expect(vex.statements[0].products[0]['@id']).toBe(
      `pkg:oci/api@${patched.result?.document.digest}`,
    );
    expect(vex.author).toContain('stand-in');
  });
});

it('adds two layers to an Alpine image, the second with the packages', async () => {
  await pushDemo('team/gateway');

  const { source, result, run } = await fixture.patch('team/gateway', '2025.6');

  expect(run.status).toBe(0);
  expect(result && layerDigests(result.manifest).slice(0, -2)).toEqual(
    layerDigests(source.manifest),
  );
  expect(result?.layers.at(-1)?.map(({ path }) => path)).toContain('usr/lib/libcrypto.so.3');
  expect(result && fixable(scan(result, 'after').scan)).toEqual([]);
});

it('replaces the files, the record and the checksums of a package of a distroless image', async () => {
  const [library, record] = ['usr/lib/libssl.so.3', 'var/lib/dpkg/status.d/libssl3'];
  const fields = 'Package: libssl3\nVersion: 3.0.11-1~deb12u2\nSource: openssl\n';
  const entries = withParentFolders([
    textFile('etc/debian_version', '12.5\n'),
    textFile('usr/lib/os-release', 'ID=debian\nVERSION_ID="12"\n'),
    textFile(record, `${fields}Architecture: amd64\n`),
    textFile(`${record}.md5sums`, `${'0'.repeat(32)}  ${library}\n`),
    textFile(library, 'old'),
  ]);
  const content = await buildImage({ layers: [{ entries, createdBy: 'bazel' }] });
  await fixture.tools.push('test/distroless', makeLayout([{ content, tags: ['12'] }]));

  const { before, result, run } = await fixture.patch('test/distroless', '12');

  expect(fixable(before.scan).length).toBeGreaterThan(0);
  expect(run.status).toBe(0);
  const files = result?.layers.at(-1)?.filter(({ type }) => type === 'file');
  expect(files?.map(({ path }) => path).sort()).toEqual([library, record, `${record}.md5sums`]);
  expect(result && fixable(scan(result, 'after').scan)).toEqual([]);
});

it('keeps a Docker schema 2 image in its format', async () => {
  await pushDemo('ops/cron');

  const { source, result } = await fixture.patch('ops/cron', '2.1');

  expect(result?.document.mediaType).toBe(source.document.mediaType);
  expect(result?.manifest.layers.at(-1)?.mediaType).toBe(source.manifest.layers[0]?.mediaType);
  expect(result?.manifest.annotations).toHaveProperty('sh.copa.image.patched');
});

it('puts the staging tag into a version annotation, as Copa does', async () => {
  const content = await debianImage({
    app: 'version',
    older: MID_2025,
    annotations: { 'org.opencontainers.image.version': '3' },
  });
  await fixture.tools.push('test/version', makeLayout([{ content, tags: ['3'] }]));

  const { result } = await fixture.patch('test/version', '3');

  expect(result?.manifest.annotations?.['org.opencontainers.image.version']).toBe('3-job1');
});

it('pushes nothing if the report has no fixable finding', async () => {
  await pushDemo('team/search');

  const { run, result } = await fixture.patch('team/search', '7.1');

  expect(run.status).toBe(0);
  expect(run.stderr).toContain('Image is already up-to-date. No patch was applied.');
  expect(result).toBeUndefined();
});

describe('the stand-in fails like Copa:', () => {
  it('an unknown operating system', async () => {
    const { run } = await fixture.patch('team/api', '1.4', { os: 'plan9' });

    expect(run.status).toBe(1);
    expect(run.stderr).toContain('unsupported osType plan9 specified');
  });

  it('an image without a package database', async () => {
    const content = await buildImage({
      layers: [{ entries: [textFile('etc/debian_version', '12.5\n')], createdBy: 'COPY' }],
    });
    await fixture.tools.push('test/empty', makeLayout([{ content, tags: ['1'] }]));
    const report = join(fixture.tools.folder, 'one.json');
    const finding = { VulnerabilityID: 'CVE-1', PkgName: 'a', FixedVersion: '2' };
    await writeFile(
      report,
      JSON.stringify({
        SchemaVersion: 2,
        Metadata: { OS: { Family: 'debian', Name: '12.5' } },
        Results: [{ Class: 'os-pkgs', Vulnerabilities: [finding] }],
      }),
    );

    const { host } = fixture.tools.registry;
    const run = await fixture.tools.run(
      copa,
      [
        ...['patch', '-i', `${host}/test/empty:1`, '-r', report],
        ...[
          '-t',
          `${host}/patchwright/staging/test/empty:job1`,
          '--addr',
          fixture.address,
          '--push',
        ],
      ],
      { scopes: ['repository:test/empty:pull'] },
    );

    expect(run.stderr).toContain('could not infer DPKG status of target image');
  });

  it('no BuildKit', async () => {
    const { run } = await fixture.patch('team/api', '1.4', {
      extra: ['--addr', 'unix:///nowhere.sock'],
    });

    expect(run.status).toBe(1);
    expect(run.stderr).toContain('Unavailable: connection error');
  });

  it('a token that may not push', async () => {
    const { host } = fixture.tools.registry;
    const report = join(fixture.tools.folder, 'team-api.json');

    const run = await fixture.tools.run(
      copa,
      [
        ...['patch', '-i', `${host}/team/api:1.4`, '-r', report, '-t', `${host}/other/place:1`],
        ...['--addr', fixture.address, '--push'],
      ],
      { scopes: ['repository:team/api:pull'] },
    );

    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/UNAUTHORIZED|DENIED/);
    expect(fixture.tools.registry.snapshot()).not.toHaveProperty(['other/place']);
  });

  it('an unknown flag', async () => {
    const run = await fixture.tools.run(copa, ['patch', '--ignore-errors']);

    expect(run).toMatchObject({ status: 1 });
    expect(run.stderr).toContain('unknown flag: --ignore-errors');
  });
});

it('identifies itself as a stand-in in its version and its log', async () => {
  const version = await fixture.tools.spawn('copa', ['--version']);
  const run = await fixture.tools.spawn('copa', ['patch']);

  expect(version.stdout).toBe('copa version 0.14.2-stand-in\n');
  expect(run.stderr).toContain("This is Patchwright's stand-in for Copa");
});
