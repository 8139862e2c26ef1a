import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import type { ImageConfig, ImageManifest } from '../../../lib/image/manifest.ts';
import { fixable, scanOf } from '../../../lib/report/finding.ts';
import { TrivyReport } from '../../../lib/report/trivy-report.ts';
import { demoAdvisories } from '../../images/advisories/demo-database.ts';
import { buildImage } from '../../images/build-image.ts';
import { debianImage, MID_2025 } from '../../images/debian/debian-image.ts';
import { type DemoImage, demoImages } from '../../images/demo-images.ts';
import { makeLayout } from '../../images/oci-layout.ts';
import { buildkitd } from '../buildkitd/buildkitd.ts';
import type { LayerEntry } from '../filesystem/layer.ts';
import { textFile } from '../filesystem/parent-folders.ts';
import { takeInventory } from '../packages/operating-system.ts';
import { type PulledImage, pullImage } from '../registry/pulled-image.ts';
import { startToolFixture, type ToolFixture, type ToolResult } from '../tool-fixture.ts';
import { scanReport } from '../trivy/scan-report.ts';
import { reachBuildkit } from './buildkit-connection.ts';
import { copa } from './copa.ts';
import { COPA_FAULT_LABEL, type CopaFault } from './faults.ts';

let fixture: ToolFixture;
let images: readonly DemoImage[];
let address: string;
const buildkit = new AbortController();
let buildkitEnd: Promise<ToolResult>;

beforeAll(async () => {
  fixture = await startToolFixture();
  images = await demoImages({ registry: fixture.registry.host });
  const config = join(fixture.folder, 'buildkitd.toml');
  await writeFile(config, '');
  address = `unix://${join(fixture.folder, 'buildkitd.sock')}`;
  buildkitEnd = fixture.run(
    (context) => buildkitd(context, buildkit.signal),
    ['--config', config, '--root', join(fixture.folder, 'root'), '--addr', address],
  );
  while (!(await reachBuildkit(address).then(...OUTCOME))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
});
afterAll(async () => {
  buildkit.abort();
  await buildkitEnd;
  await fixture.close();
});

const OUTCOME = [() => true, () => false] as const;

function scan(image: PulledImage, name: string) {
  const report = scanReport({
    image,
    artifactName: name,
    database: demoAdvisories(),
    toolVersion: 'test',
    now: new Date('2026-01-01T00:00:00Z'),
  });
  return { report, scan: scanOf(TrivyReport.parse(report)) };
}

interface Patched {
  readonly run: ToolResult;
  readonly source: PulledImage;
  readonly before: ReturnType<typeof scan>;
  /** Undefined where nothing stands under the staging tag. */
  readonly result: PulledImage | undefined;
}

/** Scans an image that is in the registry, and has the stand-in patch what was found. */
async function patch(
  repository: string,
  reference: string,
  options: { readonly os?: string; readonly extra?: readonly string[] } = {},
): Promise<Patched> {
  const { host } = fixture.registry;
  const source = await pullImage(fixture.read(repository), reference);
  const pinned = `${host}/${repository}@${source.document.digest}`;
  const before = scan(source, pinned);
  const report = options.os
    ? { ...before.report, Metadata: { OS: { Family: options.os, Name: '1' } } }
    : before.report;
  const reportFile = join(fixture.folder, `${repository.replaceAll('/', '-')}.json`);
  await writeFile(reportFile, JSON.stringify(report));
  const staging = `patchwright/staging/${repository}`;
  const run = await fixture.run(
    copa,
    [
      ...['patch', '-i', pinned, '-r', reportFile, '-t', `${host}/${staging}:job1`],
      ...['--addr', address, '--push', '--timeout', '20s', '--progress', 'plain'],
      ...(options.extra ?? []),
    ],
    { scopes: [`repository:${repository}:pull`, `repository:${staging}:pull,push`] },
  );
  const result = await pullImage(fixture.read(staging), 'job1').catch(() => undefined);
  return { run, source, before, result };
}

function pushDemo(repository: string): Promise<void> {
  const image = images.find((one) => one.repository === repository);
  if (image === undefined) {
    throw new Error(`no demo image ${repository}`);
  }
  return fixture.push(repository, image.layout);
}

function digests(manifest: ImageManifest): readonly Digest[] {
  return manifest.layers.map(({ digest }) => digest);
}

function inner(config: ImageConfig): Record<string, unknown> {
  const { labels: _, ...rest } = config.config ?? {};
  return rest;
}

describe('a patch of a Debian image', () => {
  let patched: Patched;
  beforeAll(async () => {
    await pushDemo('team/api');
    fixture.registry.clearRequests();
    patched = await patch('team/api', '1.4', { extra: ['-o', join(fixture.folder, 'vex.json')] });
  });

  it('keeps the source layers and adds one', () => {
    const { run, source, result } = patched;

    expect(run).toMatchObject({ status: 0, stdout: '' });
    expect(run.stderr).toContain('Patched image (linux/amd64): ');
    const layers = result ? digests(result.manifest) : [];
    expect(layers.slice(0, -1)).toEqual(digests(source.manifest));
  });

  it('leaves nothing that has a fix, and loses no package', () => {
    const after = patched.result ? scan(patched.result, 'after').scan : undefined;

    expect(fixable(patched.before.scan).length).toBeGreaterThan(50);
    expect(after === undefined ? undefined : fixable(after)).toEqual([]);
    expect(after?.packages.map(({ name }) => name)).toEqual(
      patched.before.scan.packages.map(({ name }) => name),
    );
  });

  it('brings new files for each package that it upgraded', () => {
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

  it('changes of the config only what Copa changes', () => {
    const { source, result } = patched;

    const reference = `${fixture.registry.host}/team/api@${source.document.digest}`;
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

  it('has the registry mount the source layers instead of uploading them', () => {
    const uploads = fixture.registry.events().filter(({ method }) => method === 'PUT');

    expect(uploads.filter(({ path }) => path.includes('/blobs/uploads/'))).toHaveLength(2);
  });

  it('writes OpenVEX that names the digest it pushed', async () => {
    const vex = JSON.parse(await readFile(join(fixture.folder, 'vex.json'), 'utf8'));

    expect(vex.statements[0].products[0]['@id']).toBe(
      `pkg:oci/api@${patched.result?.document.digest}`,
    );
    expect(vex.author).toContain('stand-in');
  });
});

it('adds two layers to an Alpine image, of which the second has the packages', async () => {
  await pushDemo('team/gateway');

  const { source, result, run } = await patch('team/gateway', '2025.6');

  expect(run.status).toBe(0);
  expect(result && digests(result.manifest).slice(0, -2)).toEqual(digests(source.manifest));
  expect(result?.layers.at(-1)?.map(({ path }) => path)).toContain('usr/lib/libcrypto.so.3');
  expect(result && fixable(scan(result, 'after').scan)).toEqual([]);
});

it('leaves a Docker schema 2 image what it is', async () => {
  await pushDemo('ops/cron');

  const { source, result } = await patch('ops/cron', '2.1');

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
  await fixture.push('test/version', makeLayout([{ content, tags: ['3'] }]));

  const { result } = await patch('test/version', '3');

  expect(result?.manifest.annotations?.['org.opencontainers.image.version']).toBe('3-job1');
});

it('pushes nothing when the report has nothing with a fix', async () => {
  await pushDemo('team/search');

  const { run, result } = await patch('team/search', '7.1');

  expect(run.status).toBe(0);
  expect(run.stderr).toContain('Image is already up-to-date. No patch was applied.');
  expect(result).toBeUndefined();
});

describe('how it fails', () => {
  it('says that it does not know an operating system', async () => {
    const { run } = await patch('team/api', '1.4', { os: 'plan9' });

    expect(run.status).toBe(1);
    expect(run.stderr).toContain('unsupported osType plan9 specified');
  });

  it('says that an image has no package database', async () => {
    const content = await buildImage({
      layers: [{ entries: [textFile('etc/debian_version', '12.5\n')], createdBy: 'COPY' }],
    });
    await fixture.push('test/empty', makeLayout([{ content, tags: ['1'] }]));
    const report = join(fixture.folder, 'one.json');
    const finding = { VulnerabilityID: 'CVE-1', PkgName: 'a', FixedVersion: '2' };
    await writeFile(
      report,
      JSON.stringify({
        SchemaVersion: 2,
        Metadata: { OS: { Family: 'debian', Name: '12.5' } },
        Results: [{ Class: 'os-pkgs', Vulnerabilities: [finding] }],
      }),
    );

    const { host } = fixture.registry;
    const run = await fixture.run(
      copa,
      [
        ...['patch', '-i', `${host}/test/empty:1`, '-r', report],
        ...['-t', `${host}/patchwright/staging/test/empty:job1`, '--addr', address, '--push'],
      ],
      { scopes: ['repository:test/empty:pull'] },
    );

    expect(run.stderr).toContain('could not infer DPKG status of target image');
  });

  it('says that BuildKit is not there', async () => {
    const { run } = await patch('team/api', '1.4', { extra: ['--addr', 'unix:///nowhere.sock'] });

    expect(run.status).toBe(1);
    expect(run.stderr).toContain('Unavailable: connection error');
  });

  it('says that its token may not push', async () => {
    const { host } = fixture.registry;
    const report = join(fixture.folder, 'team-api.json');

    const run = await fixture.run(
      copa,
      [
        ...['patch', '-i', `${host}/team/api:1.4`, '-r', report, '-t', `${host}/other/place:1`],
        ...['--addr', address, '--push'],
      ],
      { scopes: ['repository:team/api:pull'] },
    );

    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/UNAUTHORIZED|DENIED/);
    expect(fixture.registry.snapshot()).not.toHaveProperty(['other/place']);
  });

  it('refuses a flag that it does not know', async () => {
    const run = await fixture.run(copa, ['patch', '--ignore-errors']);

    expect(run).toMatchObject({ status: 1 });
    expect(run.stderr).toContain('unknown flag: --ignore-errors');
  });
});

describe('what an image can make it do wrong', () => {
  async function patchWith(fault: CopaFault, extra: readonly string[] = []): Promise<Patched> {
    const content = await debianImage({
      app: 'fault',
      older: MID_2025,
      curl: false,
      labels: { [COPA_FAULT_LABEL]: fault },
    });
    await fixture.push(`test/${fault}`, makeLayout([{ content, tags: ['1'] }]));
    return patch(`test/${fault}`, '1', { extra });
  }

  it('fails like apt', async () => {
    const { run, result } = await patchWith('fail-apt');

    expect(run.status).toBe(1);
    expect(run.stderr).toContain('did not complete successfully: exit code: 100');
    expect(result).toBeUndefined();
  });

  it('hangs until its time is up', async () => {
    const { run } = await patchWith('hang', ['--timeout', '1s']);

    expect(run.status).toBe(1);
    expect(run.stderr).toContain('patch exceeded timeout of 1s');
  });

  it('says that it patched, and pushes nothing', async () => {
    const { run, result } = await patchWith('lie');

    expect(run.stderr).toContain('Patched image (linux/amd64)');
    expect(result).toBeUndefined();
  });

  it('says that nothing was to do', async () => {
    const { run, result } = await patchWith('nothing-to-do');

    expect(run.stderr).toContain('Image is already up-to-date. No patch was applied.');
    expect(result).toBeUndefined();
  });

  it('pushes a patch that fixes nothing', async () => {
    const { before, result } = await patchWith('no-op');

    expect(result && scan(result, 'after').scan.findings).toEqual(before.scan.findings);
    expect(result?.manifest.layers.length).toBe(3);
  });

  it('fixes on paper only', async () => {
    const { result } = await patchWith('paper-only');

    expect(result && fixable(scan(result, 'after').scan)).toEqual([]);
    expect(result?.layers.at(-1)?.some(({ path }) => path.startsWith('usr/'))).toBe(false);
  });

  it('adds too many layers', async () => {
    const { source, result } = await patchWith('extra-layer');

    expect(result?.manifest.layers.length).toBe(source.manifest.layers.length + 4);
  });

  it('leaves a source layer out', async () => {
    const { source, result } = await patchWith('drop-layer');

    expect(result && digests(result.manifest)).not.toContain(digests(source.manifest).at(-1));
    expect(result?.config.rootfs.diff_ids).toHaveLength(result?.manifest.layers.length ?? 0);
  });

  it('changes the entry point', async () => {
    const { result } = await patchWith('tamper');

    expect(result?.config.config?.Entrypoint).toEqual(['/usr/local/bin/other']);
  });

  it('brings a new finding', async () => {
    const { result } = await patchWith('new-finding');

    const names = result ? fixable(scan(result, 'after').scan).map((one) => one.package) : [];
    expect(new Set(names)).toEqual(new Set(['libexpat1']));
  });

  it('loses a package', async () => {
    const { before, result } = await patchWith('lose-package');

    const after = result ? scan(result, 'after').scan.packages.length : 0;
    expect(after).toBe(before.scan.packages.length - 1);
  });

  it('brings a setuid program that no package owns', async () => {
    const { result } = await patchWith('setuid');

    expect(result?.layers.at(-1)).toContainEqual(
      expect.objectContaining({ path: 'usr/local/bin/helper', mode: 0o4755 }),
    );
  });

  it('turns an OCI image into Docker schema 2', async () => {
    const { result } = await patchWith('media-type');

    expect(result?.document.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
  });
});

it('says in its version and in its log what it is', async () => {
  const version = await fixture.spawn('copa', ['--version']);
  const run = await fixture.spawn('copa', ['patch']);

  expect(version.stdout).toBe('copa version 0.14.2-stand-in\n');
  expect(run.stderr).toContain("This is Patchwright's stand-in for Copa");
});
