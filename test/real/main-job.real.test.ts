import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Annotation, ArtifactType } from '../../lib/image/annotations.ts';
import type { ImageManifest } from '../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { entriesOf, layersOf } from './builders/layer-entries.ts';
import { inRoot } from './debian/root-filesystem.ts';
import type { FinishedRun } from './finished-run.ts';
import { ODD_FOLDER } from './images/odd-image.ts';
import { unpackLayout } from './images/unpack-layout.ts';
import { leftoversOf, NOTHING_LEFT } from './leftovers.ts';
import { runProcess } from './process/run-process.ts';
import { allContents, contentsOf, manifestsOf } from './registry-contents.ts';
import { type RegistryUser, registryUser } from './registry-user.ts';
import { ALMA_ADVISORIES } from './rpm/alma-release.ts';
import { IMAGES, type Scene, startScene } from './scene.ts';

let scene: Scene;
let user: RegistryUser;
let first: FinishedRun;

beforeAll(async () => {
  scene = await startScene(Object.values(IMAGES));
  await scene.app.fire('scheduledRun');
  first = await scene.finished();
  user = await registryUser(scene.world, scene.prepared.tools, await scene.workFolder('user'));
});

afterAll(() => scene?.close());

interface Pulled {
  /** The folder of its OCI layout. */
  readonly layout: string;
  readonly root: string;
  readonly patched: ImageManifest;
}

const pulls = new Map<string, Promise<Pulled>>();

/** Pulls and unpacks each patch once, because that takes seconds. */
function pulled(image: string): Promise<Pulled> {
  const pull = pulls.get(image) ?? pullAndUnpack(image, `pulled-${pulls.size}`);
  pulls.set(image, pull);
  return pull;
}

async function pullAndUnpack(image: string, name: string): Promise<Pulled> {
  const layout = await user.pull(image);
  const root = await scene.workFolder(name);
  return { layout, root, patched: await unpackLayout(layout, root) };
}

describe('an outdated Debian image', () => {
  it('is patched and published under the next tag of each of its tags', () => {
    const targets = ['12', 'bookworm'].map((tag) => first.target(`${IMAGES.outdated}:${tag}`));

    expect(targets.map(({ state, patchTag }) => ({ state, patchTag }))).toEqual([
      { state: 'patched', patchTag: '12-1' },
      { state: 'patched', patchTag: 'bookworm-1' },
    ]);
    const { tags } = contentsOf(scene.world.registry, IMAGES.outdated);
    expect([tags['12-1'], tags['bookworm-1']]).toEqual(targets.map((one) => one.patchDigest));
  });

  it('has findings before and none after the patch in its row', () => {
    const { beforeFixable, ...row } = first.target(`${IMAGES.outdated}:12`);

    const known = new Set(scene.prepared.advisories.map(({ id }) => id));
    expect(beforeFixable).toBeGreaterThanOrEqual(known.size);
    expect(row).toMatchObject({
      osFamily: 'debian',
      builder: 'mount-free',
      sourceDigest: scene.prepared.images.outdated.digest,
      afterCritical: 0,
      afterHigh: 0,
      afterMedium: 0,
      afterLow: 0,
      afterUnknown: 0,
    });
  });

  it('keeps its own tags, and exactly the verified patch is published', async () => {
    const { tags, manifests } = contentsOf(scene.world.registry, IMAGES.outdated);
    const { digest } = scene.prepared.images.outdated;

    expect([tags['12'], tags.bookworm]).toEqual([digest, digest]);
    expect(manifests).toContain(digest);
    const verified = scene.groups.filter(({ name }) => name.startsWith('pw-verify-'));
    const names = [`${IMAGES.outdated}:12`, `${IMAGES.odd}:12`, `${IMAGES.distroless}:12`];
    const patches = [...names, `${IMAGES.rpm}:9`].map((name) => first.target(name));
    const digests = await Promise.all(verified.map((group) => group.digests()));
    expect(digests.flat().sort()).toEqual(patches.map(({ patchDigest }) => patchDigest).sort());
  });

  it('can be pulled with skopeo, with its own layers first, one more, and the annotations', async () => {
    const { patched } = await pulled(`${IMAGES.outdated}:12-1`);

    const { digest } = scene.prepared.images.outdated;
    const source = manifestsOf(scene.world.registry, IMAGES.outdated).get(digest);
    const { copa } = scene.prepared.tools.versions;
    expect(patched.layers.slice(0, -1)).toEqual(source?.layers);
    expect(patched.annotations).toMatchObject({
      ...source?.annotations,
      [Annotation.originName]: expect.stringContaining(
        `${scene.world.registry.host}/${IMAGES.outdated}:`,
      ),
      [Annotation.originDigest]: digest,
      [Annotation.sourceRepository]: IMAGES.outdated,
      [Annotation.sourceDigest]: digest,
      [Annotation.fingerprint]: first.target(`${IMAGES.outdated}:12`).fingerprint,
      [Annotation.run]: first.run.id,
      [Annotation.policy]: first.run.policyDigest,
      [Annotation.tools]: `copa/${copa}`,
      'sh.copa.image.patched': expect.any(String),
    });
  });

  it("contains the newer packages' files, according to their checksums", async () => {
    const { root } = await pulled(`${IMAGES.outdated}:12-1`);
    const sources = new Set(scene.prepared.advisories.map(({ source }) => source));
    const updated = scene.prepared.upgrades.filter(({ source }) => sources.has(source));
    const names = updated.map((upgrade) => upgrade.package);

    const listed = await inRoot(root, ['dpkg', '--list', ...names]);
    const verified = await inRoot(root, ['dpkg', '--verify', ...names]);

    const rows = listed.stdout.split('\n').map((line) => line.split(/\s+/).slice(0, 3).join(' '));
    const expected = updated.map((one) => `ii ${one.package} ${one.candidate}`);
    expect(rows.map((row) => row.replace(':amd64', ''))).toEqual(expect.arrayContaining(expected));
    // The folder of downloaded lists is empty in a packed root.
    const changed = verified.stdout.split('\n').filter((line) => !line.includes('/apt/lists/'));
    expect(changed.join('')).toBe('');
  });

  it('has no findings under its new tag, but still has them under its source tag', async () => {
    const before = await user.scan(`${IMAGES.outdated}:12`);
    const after = await user.scan(`${IMAGES.outdated}:12-1`);

    const [found, left] = [before, after].map((report) =>
      (report.Results ?? []).flatMap((result) => result.Vulnerabilities ?? []),
    );
    const packages = (report: typeof before) => report.Results?.[0]?.Packages?.length;
    expect(found).toHaveLength(first.target(`${IMAGES.outdated}:12`).beforeFixable ?? 0);
    expect(left).toEqual([]);
    expect(packages(after)).toBe(packages(before));
  });

  it('has the fixes, an SBOM and the reports before and after the patch as referrers', () => {
    const { patchDigest } = first.target(`${IMAGES.outdated}:12`);

    const manifests = [...manifestsOf(scene.world.registry, IMAGES.outdated).values()];
    const referrers = manifests.filter(({ subject }) => subject?.digest === patchDigest);
    const { ofSource: _, ...always } = ArtifactType;
    expect(referrers.map(({ artifactType }) => artifactType).sort()).toEqual(
      Object.values(always).sort(),
    );
  });

  it('is in the inventory with its findings, and with its patch that has none', async () => {
    const stored = await scene.inventory.findTag({
      repository: RepositoryName.parse(IMAGES.outdated),
      tag: Tag.parse('12'),
    });

    const { patchDigest, beforeHigh, beforeFixable } = first.target(`${IMAGES.outdated}:12`);
    const { id: runId } = first.run;
    const patch = { state: 'patched', patchTag: '12-1', patchDigest };
    expect(stored).toMatchObject({ ...patch, high: beforeHigh, fixable: beforeFixable, runId });
    expect(stored).toMatchObject({
      ...{ patchCritical: 0, patchHigh: 0, patchMedium: 0 },
      ...{ patchLow: 0, patchUnknown: 0, patchFixable: 0 },
    });
  });
});

describe('an image with hard links, holes, device nodes, capabilities and names of any bytes', () => {
  it('is published, patched, and none of its odd files is in the added layer', async () => {
    const target = first.target(`${IMAGES.odd}:12`);

    const layout = await user.pull(`${IMAGES.odd}:12-1`);
    const layers = await layersOf(layout);
    const odd = await entriesOf(layout, layers.at(-3) ?? '');
    const added = await entriesOf(layout, layers.at(-1) ?? '');
    const isOdd = (path: string) => path.includes(ODD_FOLDER);
    expect(target).toMatchObject({ state: 'patched', builder: 'mount-free', patchTag: '12-1' });
    expect([...odd.keys()].filter(isOdd).length).toBeGreaterThan(6);
    expect(added.size).toBeGreaterThan(100);
    expect([...added.keys()].filter(isOdd)).toEqual([]);
  });
});

describe('an image of rpm and dnf', () => {
  it('is patched from its own repository and published without findings', () => {
    const target = first.target(`${IMAGES.rpm}:9`);

    const { tags } = contentsOf(scene.world.registry, IMAGES.rpm);
    expect(target).toMatchObject({
      ...{ state: 'patched', patchTag: '9-1', osFamily: 'alma', builder: 'mount-free' },
      ...{ beforeHigh: 1, beforeMedium: 1, beforeFixable: ALMA_ADVISORIES.length },
      ...{ afterCritical: 0, afterHigh: 0, afterMedium: 0, afterLow: 0, afterUnknown: 0 },
    });
    expect(tags['9-1']).toBe(target.patchDigest);
  });

  it('contains the newer packages, as rpm verifies them, with their file capability', async () => {
    const { layout, root } = await pulled(`${IMAGES.rpm}:9-1`);
    const names = ALMA_ADVISORIES.map(({ source }) => source);

    const versions = ['rpm', '--query', '--queryformat', '%{NAME} %{EVR}\n', ...names];
    const listed = await inRoot(root, versions);
    const added = await entriesOf(layout, (await layersOf(layout)).at(-1) ?? '');
    const verified = await inRoot(root, ['rpm', '--verify', '--nocaps', ...names]);

    expect(listed.stdout.trim().split('\n')).toEqual(
      ALMA_ADVISORIES.map(({ source, fixedVersion }) => `${source} ${fixedVersion}`),
    );
    expect(verified.stdout).toBe('');
    expect(added.get('usr/bin/hello-ping')).toContain('SCHILY.xattr.security.capability');
  });

  it('ran the script of a package once, as an update', async () => {
    const { root } = await pulled(`${IMAGES.rpm}:9-1`);

    const log = await inRoot(root, ['cat', '/var/lib/hello/log']);

    expect(log.stdout.trim().split('\n')).toEqual([
      '1.4-1.el9 is installation 1',
      '1.4-2.el9 is installation 2',
    ]);
  });
});

describe('a distroless image', () => {
  it('is patched from outside and published', () => {
    const target = first.target(`${IMAGES.distroless}:12`);

    const { tags } = contentsOf(scene.world.registry, IMAGES.distroless);
    expect(target).toMatchObject({
      ...{ state: 'patched', patchTag: '12-1', osFamily: 'debian', builder: 'mount-free' },
      unownedPaths: 0,
    });
    expect(tags['12-1']).toBe(target.patchDigest);
    expect(target.blocked ?? []).toEqual([]);
  });

  it("has the files of the newer packages, by the packages' own checksums", async () => {
    const root = await scene.workFolder('distroless-unpacked');
    await unpackLayout(await user.pull(`${IMAGES.distroless}:12`), root);
    const crypto = join(root, 'usr/lib/x86_64-linux-gnu/libcrypto.so.3');
    const before = await readFile(crypto);
    const patched = await scene.workFolder('distroless-patched');
    await unpackLayout(await user.pull(`${IMAGES.distroless}:12-1`), patched);

    const records = 'var/lib/dpkg/status.d';
    const sums = (await readdir(join(patched, records))).filter((name) => /md5sums$/.test(name));
    const checked = await runProcess({
      command: 'md5sum',
      args: ['--check', '--strict', ...sums.map((name) => join(records, name))],
      cwd: patched,
      timeoutMs: 60_000,
    });

    const files = checked.stdout.trim().split('\n');
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((line) => !line.endsWith(': OK'))).toEqual([]);
    expect(files).toContain('usr/lib/x86_64-linux-gnu/libcrypto.so.3: OK');
    expect(sums.sort()).toEqual(
      (await readdir(join(root, records))).filter((name) => /md5sums$/.test(name)).sort(),
    );
    const after = await readFile(join(patched, 'usr/lib/x86_64-linux-gnu/libcrypto.so.3'));
    expect(after.equals(before)).toBe(false);
  });
});

describe('an image that needs no patch or cannot be patched', () => {
  it('is clean if all of its packages are current', () => {
    expect(first.target(`${IMAGES.clean}:12`)).toMatchObject({ state: 'clean', beforeFixable: 0 });
    expect(Object.keys(contentsOf(scene.world.registry, IMAGES.clean).tags)).toEqual(['12']);
  });

  it('is skipped if its package manager knows no newer packages', () => {
    expect(first.target(`${IMAGES.unpatchable}:12`)).toMatchObject({
      state: 'skipped',
      reason: 'no-op-patch',
      detail: expect.stringContaining('not-in-repository'),
    });
    expect(Object.keys(contentsOf(scene.world.registry, IMAGES.unpatchable).tags)).toEqual(['12']);
  });

  it('is never clean if the database does not contain its system', () => {
    expect(first.target(`${IMAGES.unknownSystem}:3.22`)).toMatchObject({
      state: 'skipped',
      reason: 'no-advisory-data',
      osFamily: 'alpine',
    });
  });
});

describe('the run', () => {
  it('has ended with an outcome for each target', () => {
    const counts = { targets: 8, patched: 5, clean: 1, skipped: 2, failed: 0, active: 0 };

    expect(first.run).toMatchObject({ state: 'completed', ...counts });
  });

  it('leaves nothing in staging and no container group', () => {
    const repositories = Object.entries(allContents(scene.world.registry));

    const staged = repositories
      .filter(([name]) => name.startsWith('patchwright/staging/'))
      .flatMap(([, { manifests }]) => manifests);
    expect(staged).toEqual([]);
    expect(scene.world.arm.groups()).toEqual([]);
  });

  it('leaves no mount, process or folder of a worker', async () => {
    const { mounts, processes } = await leftoversOf(scene.temporary);
    const folders = await readdir(scene.temporary);

    expect(mounts).toEqual([]);
    expect(processes.filter((line) => /worker|buildkitd|runc|copa|trivy/.test(line))).toEqual([]);
    expect(folders.filter((name) => name.startsWith('local-group-'))).toEqual([]);
  });
});

describe('a second run', () => {
  it('finds nothing to do, starts no patch and changes nothing in the registry', async () => {
    const before = allContents(scene.world.registry);
    const groupsBefore = scene.groups.length;

    const second = await scene.finished(await scene.startRun());

    const outcomes = second.targets.map((target) => [
      `${target.repository}:${target.tag}`,
      target.reason ?? target.state,
    ]);
    expect(Object.fromEntries(outcomes)).toEqual({
      [`${IMAGES.outdated}:12`]: 'already-patched',
      [`${IMAGES.outdated}:bookworm`]: 'already-patched',
      [`${IMAGES.odd}:12`]: 'already-patched',
      [`${IMAGES.rpm}:9`]: 'already-patched',
      [`${IMAGES.distroless}:12`]: 'already-patched',
      [`${IMAGES.clean}:12`]: 'clean',
      [`${IMAGES.unpatchable}:12`]: 'backing-off',
      [`${IMAGES.unknownSystem}:3.22`]: 'no-advisory-data',
    });
    expect(scene.groups.slice(groupsBefore).map(({ kind }) => kind)).toEqual(['scan']);
    expect(allContents(scene.world.registry)).toEqual(before);
  });
});

describe('the end of the local Azure', () => {
  it('leaves no mount, no process and no file', async () => {
    await scene.world.close();

    expect(await leftoversOf(scene.temporary)).toEqual(NOTHING_LEFT);
    expect(await readdir(scene.temporary)).toEqual([]);
  });
});
