import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countBySeverity, fixable, type Scan, scanOf } from '../../../lib/report/finding.ts';
import { parseTrivyReport } from '../../../lib/report/trivy-report.ts';
import { advisoryArtifact } from '../../images/advisories/demo-database.ts';
import { type DemoImage, demoImages } from '../../images/demo-images.ts';
import { startToolFixture, type ToolFixture, type ToolResult } from '../tool-fixture.ts';
import { trivy } from './trivy.ts';

let fixture: ToolFixture;
let images: readonly DemoImage[];
let cache: string;

beforeAll(async () => {
  fixture = await startToolFixture();
  cache = join(fixture.folder, 'cache');
  images = await demoImages({ registry: fixture.registry.host });
  for (const { repository, layout } of images) {
    await fixture.push(repository, layout);
  }
  await fixture.push('patchwright/trivy-db', await advisoryArtifact());
  const download = await downloadInto(cache);
  expect(download).toMatchObject({ status: 0 });
});
afterAll(() => fixture.close());

function downloadInto(folder: string, scope = 'repository:patchwright/trivy-db:pull') {
  const reference = `${fixture.registry.host}/patchwright/trivy-db:2`;
  return fixture.run(
    trivy,
    [
      'image',
      '--download-db-only',
      '--db-repository',
      reference,
      '--cache-dir',
      folder,
      '--timeout',
      '60s',
      '--no-progress',
    ],
    { scopes: [scope] },
  );
}

/** The arguments that the worker passes. */
function scanArguments(reference: string, output: string, cacheFolder: string): readonly string[] {
  return [
    ...['image', '--image-src', 'remote', '--scanners', 'vuln', '--pkg-types', 'os'],
    ...['--list-all-pkgs', '--format', 'json', '--output', output, '--skip-db-update'],
    ...['--skip-java-db-update', '--offline-scan', '--cache-dir', cacheFolder],
    ...['--timeout', '60s', '--skip-version-check', '--disable-telemetry', '--no-progress'],
    `${fixture.registry.host}/${reference}`,
  ];
}

function scanWith(
  reference: string,
  output: string,
  scopes: readonly string[],
  cacheFolder = cache,
) {
  return fixture.run(trivy, scanArguments(reference, output, cacheFolder), { scopes });
}

async function scan(repository: string, tag: string): Promise<Scan> {
  const digest = fixture.registry.snapshot()[repository]?.[tag];
  const output = join(fixture.folder, `${repository.replace('/', '-')}-${tag}.json`);
  const run = await scanWith(`${repository}@${digest}`, output, [`repository:${repository}:pull`]);
  expect(run).toMatchObject({ status: 0 });
  const parsed = parseTrivyReport(await readFile(output));
  if (!parsed.ok) {
    throw new Error(parsed.fault);
  }
  return scanOf(parsed.value);
}

describe('the stand-in', () => {
  it('finds the fixable vulnerabilities of an outdated Debian image, by source package', async () => {
    const found = await scan('team/api', '1.4');

    expect(found.os).toEqual({ family: 'debian', name: '12.5', endOfLife: false });
    expect(found.architecture).toBe('amd64');
    expect(found.findings).toContainEqual(
      expect.objectContaining({
        id: 'CVE-2025-9230',
        package: 'libssl3',
        installed: '3.0.11-1~deb12u2',
        fixed: '3.0.17-1~deb12u3',
        severity: 'high',
        purl: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12.5',
      }),
    );
    expect(fixable(found).length).toBeGreaterThan(50);
    expect(countBySeverity(found.findings).critical).toBeGreaterThan(0);
    expect(found.packages.length).toBeGreaterThan(90);
  });

  it('finds the vulnerabilities of an outdated Alpine image', async () => {
    const found = await scan('team/gateway', '2025.6');

    expect(found.os).toEqual({ family: 'alpine', name: '3.22.0', endOfLife: false });
    const names = new Set(fixable(found).map((finding) => finding.package));
    expect(names).toEqual(
      new Set([
        ...['busybox', 'busybox-binsh', 'curl', 'libcrypto3', 'libcurl', 'libexpat', 'libssl3'],
        ...['nginx', 'pcre2', 'ssl_client'],
      ]),
    );
  });

  it('finds nothing in an image that is up to date, and lists its packages', async () => {
    const found = await scan('platform/base', '12');

    expect(found.findings).toEqual([]);
    expect(found.packages.map(({ name }) => name)).toContain('apt');
  });

  it('finds vulnerabilities without a fix and marks them', async () => {
    const found = await scan('team/search', '7.1');

    expect(found.findings.length).toBeGreaterThan(0);
    expect(fixable(found)).toEqual([]);
  });

  it('reports the end of life of a release', async () => {
    const found = await scan('legacy/reports', '2.3');

    expect(found.os).toEqual({ family: 'debian', name: '10.13', endOfLife: true });
    expect(fixable(found).length).toBeGreaterThan(0);
  });

  it('reports no operating system and no package if there is none', async () => {
    const found = await scan('tools/busybox', '1.37');

    expect(found).toEqual({ architecture: 'amd64', findings: [], packages: [] });
  });

  it('finds only newer vulnerabilities in an image that was patched before', async () => {
    const [source, patch] = [
      await scan('team/billing', '5.2'),
      await scan('team/billing', '5.2-1'),
    ];

    const ids = (one: Scan, name: string) =>
      one.findings.flatMap((finding) => (finding.package === name ? [finding.id] : []));
    expect(ids(source, 'libssl3')).toContain('CVE-2024-6119');
    expect(ids(patch, 'libssl3')).not.toContain('CVE-2024-6119');
    expect(ids(patch, 'libssl3')).toContain('CVE-2025-9230');
    expect(patch.packages.length).toBe(source.packages.length);
  });

  it('reads the image for linux/amd64 from an index, and Docker schema 2', async () => {
    const [attested, docker] = [await scan('team/web', '5.0'), await scan('ops/cron', '2.1')];

    expect(fixable(attested).length).toBeGreaterThan(0);
    expect(docker.findings).toEqual(attested.findings);
  });
});

describe('the stand-in fails like Trivy:', () => {
  async function failure(run: Promise<ToolResult>): Promise<string> {
    const { status, stderr } = await run;
    expect(status).toBe(1);
    return stderr.slice(stderr.indexOf('FATAL'));
  }

  it('a missing image', async () => {
    const reference = `team/api@sha256:${'0'.repeat(64)}`;

    const text = await failure(
      scanWith(reference, join(fixture.folder, 'x.json'), ['repository:team/api:pull']),
    );

    expect(text).toContain('MANIFEST_UNKNOWN');
  });

  it('a token for another repository', async () => {
    const text = await failure(
      scanWith('team/api:1.4', join(fixture.folder, 'x.json'), ['repository:team/search:pull']),
    );

    expect(text).toContain('UNAUTHORIZED');
  });

  it('a database that can’t be downloaded', async () => {
    const text = await failure(
      downloadInto(join(fixture.folder, 'other'), 'repository:team/api:pull'),
    );

    expect(text).toContain('DB error: failed to download vulnerability DB');
  });

  it('no database', async () => {
    const text = await failure(
      scanWith(
        'team/api:1.4',
        join(fixture.folder, 'x.json'),
        ['repository:team/api:pull'],
        join(fixture.folder, 'empty'),
      ),
    );

    expect(text).toContain('--skip-db-update cannot be specified on the first run');
  });

  it('an unknown flag', async () => {
    const text = await failure(fixture.run(trivy, ['image', '--cache-dir', cache, '--insecure']));

    expect(text).toContain('unknown flag: --insecure');
  });
});

it('identifies itself as a stand-in in its version and its log', async () => {
  const version = await fixture.spawn('trivy', ['--version']);
  const download = await downloadInto(join(fixture.folder, 'honest'));

  expect(version.stdout).toBe('Version: 0.74.0-stand-in\n');
  expect(download.stderr).toContain("This is Patchwright's stand-in for Trivy");
});

it('lists the buckets of the downloaded database', async () => {
  const buckets = await fixture.spawn('bbolt', ['buckets', join(cache, 'db', 'trivy.db')]);

  expect(buckets).toMatchObject({
    status: 0,
    stdout: 'alpine 3.22\ndata-source\ndebian 10\ndebian 12\nvulnerability\n',
  });
});

it('works the same as a separate program', async () => {
  const output = join(fixture.folder, 'program.json');

  const run = await fixture.spawn('trivy', scanArguments('tools/busybox:1.37', output, cache), {
    scopes: ['repository:tools/busybox:pull'],
  });

  expect(run).toMatchObject({ status: 0, stdout: '' });
  expect(parseTrivyReport(await readFile(output))).toMatchObject({ ok: true });
});
