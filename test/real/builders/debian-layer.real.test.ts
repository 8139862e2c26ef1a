import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract, type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeLayers } from '../../../lib/image/change/added-files.ts';
import { type ChangesVerdict, judgeChanges } from '../../../lib/image/change/judge-changes.ts';
import { readSource } from '../../../lib/image/change/read-source.ts';
import { inspectLayer } from '../../../lib/image/layer/inspect-layer.ts';
import { fixable, scanOf } from '../../../lib/report/finding.ts';
import { packageFiles } from '../../../lib/report/package-files.ts';
import type { TrivyReport } from '../../../lib/report/trivy-report.ts';
import { pushLayout } from '../../world/registry/push-layout.ts';
import { prepareReal } from '../prepare.ts';
import { compareAddedLayers, DEBIAN_MAY_DIFFER } from './added-layer.ts';
import { layersOf } from './layer-entries.ts';
import { patchedLayout } from './patched-layout.ts';
import { type RegistryScene, startRegistryScene } from './registry-scene.ts';

const IMAGE = 'base/debian:12';
const UPSTREAM_PATCH = 'staging/debian:upstream';
const OWN_PATCH = 'staging/debian:mount-free';

let scene: RegistryScene;
let before: TrivyReport;
let after: TrivyReport;
/** The folders of the patches' OCI layouts. */
let upstream: string;
let own: string;
/** The layers of the mount-free builder's patch, from the lowest. */
let layers: readonly string[];

beforeAll(async () => {
  const prepared = await prepareReal();
  const { images, tools } = prepared;
  scene = await startRegistryScene(prepared);
  const { folder } = images.outdated;
  await pushLayout(scene.registry, folder, { repository: 'base/debian', tags: ['12'] });
  before = await scene.user.scan(IMAGE);
  const options = { scene, tools, image: IMAGE };
  // At once, because most of a patch keeps one processor busy.
  [upstream, own] = await Promise.all([
    patchedLayout('upstream', { ...options, target: UPSTREAM_PATCH }),
    patchedLayout('mount-free', { ...options, target: OWN_PATCH }),
  ]);
  after = await scene.user.scan(OWN_PATCH);
  layers = await layersOf(own);
});

afterAll(() => scene?.close());

function open(digest: string) {
  return createReadStream(join(own, 'blobs', digest.replace(':', '/')));
}

interface Added {
  readonly name: string;
  readonly mode?: number;
  readonly text?: string;
}

/** The patch's layer with the entries that `keep` accepts, and more. */
async function forged(keep: (path: string) => boolean, more: readonly Added[]): Promise<Buffer> {
  const [archive, out] = [extract(), pack()];
  open(layers.at(-1) ?? '')
    .pipe(createGunzip())
    .pipe(archive);
  const bytes = buffer(out);
  for await (const entry of archive) {
    const content = await buffer(entry);
    const { name, mode, mtime, type, linkname, uid, gid, pax } = entry.header;
    const header = { name, mode, mtime, type, linkname, uid, gid, pax } satisfies Partial<Header>;
    if (keep(name)) out.entry(header as Header, content);
  }
  for (const { text = '', ...header } of more) out.entry(header, text);
  out.finalize();
  return bytes;
}

async function judged(layer: AsyncIterable<Uint8Array>): Promise<ChangesVerdict> {
  const inspection = await inspectLayer(layer);
  if (!inspection.ok) throw new Error(inspection.detail);
  const added = mergeLayers([inspection.summary.files]);
  const below = layers.slice(0, -1).toReversed();
  const source = await readSource(
    below.map((digest) => async () => open(digest)),
    added,
    () => false,
  );
  return judgeChanges({
    added,
    source: source.files,
    complete: source.complete,
    before: packageFiles(before),
    after: packageFiles(after),
    fixed: new Set(fixable(scanOf(before)).map((finding) => finding.package)),
  });
}

describe("the mount-free builder's layer of a patch of Debian 12", () => {
  it("has the same entries as that of upstream's buildkitd with runc and overlayfs", async () => {
    const compared = await compareAddedLayers(upstream, own, DEBIAN_MAY_DIFFER);

    expect(compared.below[1]).toEqual(compared.below[0]);
    expect(compared.differences).toEqual([]);
    expect(compared.entries.size).toBeGreaterThan(100);
  });

  it('is explained by the update, and no file in it is without an owner', async () => {
    expect(await judged(open(layers.at(-1) ?? ''))).toEqual({
      accepted: true,
      unowned: 0,
      regained: [],
    });
  });

  it.each<{
    readonly what: string;
    readonly keep?: RegExp;
    readonly more: readonly Added[];
    readonly detail: RegExp;
  }>([
    {
      what: 'only the record of the packages',
      keep: /^var\/lib\/dpkg\/status$/,
      more: [],
      detail: / counts as fixed, but none of its files is replaced/,
    },
    {
      what: 'a deleted library of another package',
      more: [{ name: 'usr/lib/x86_64-linux-gnu/.wh.libz.so.1' }, { name: 'usr/bin/.wh.bash' }],
      detail: /^usr\/bin\/bash is deleted, but belongs to bash/,
    },
    {
      what: 'a setuid program with a made-up list, a job for cron and a second root',
      more: [
        { name: 'usr/bin/rootme', mode: 0o4755, text: 'evil' },
        { name: 'var/lib/dpkg/info/nosuchpackage.list', text: '/usr/bin/rootme\n' },
        { name: 'etc/cron.d/x', text: '* * * * * root evil\n' },
        { name: 'etc/passwd', text: 'r00t::0:0:::\n' },
      ],
      detail: /^etc\/cron.d\/x is read by cron.*; etc\/passwd .*; usr\/bin\/rootme is setuid/,
    },
  ])('is refused with $what', async ({ keep = /./, more, detail }) => {
    const layer = await forged((path) => keep.test(path), more);

    const verdict = await judged(
      (async function* () {
        yield layer;
      })(),
    );

    expect(verdict).toMatchObject({ accepted: false, detail: expect.stringMatching(detail) });
  });
});
