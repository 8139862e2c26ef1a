import { afterAll, beforeEach, expect, it } from 'vitest';
import { Annotation } from '../../../lib/image/annotations.ts';
import { digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { Run } from '../../../lib/pipeline/records/run.ts';
import { type LocalRegistry, startRegistry } from '../registry/start-registry.ts';
import { createAuthority } from '../tls/certificates.ts';
import { type Ending, endsWell } from './ends-well.ts';

const authority = await createAuthority();
const open: LocalRegistry[] = [];
let registry: LocalRegistry;
let calm: Ending;

beforeEach(async () => {
  registry = await startRegistry({ authority });
  open.push(registry);
  await put('team/api', '1', {});
  calm = {
    world: { registry, arm: { groups: () => [] } },
    before: registry.snapshot(),
    run: COMPLETED,
    targets: [],
    left: [],
    secrets: ['a-key'],
  };
});

afterAll(async () => {
  for (const one of open) await one.close();
});

it('finds nothing if nothing happened', () => {
  expect(broken(calm)).toEqual([]);
});

it('notices a run that did not complete', () => {
  expect(broken({ ...calm, run: { ...COMPLETED, state: 'failed' } })).toEqual(['failed']);
});

it('notices a moved source tag', async () => {
  await put('team/api', '1', { moved: 'true' });

  expect(broken(calm)).toEqual(['team/api:1']);
});

it('notices a tag without a target', async () => {
  await put('team/api', '1-1', { other: 'true' });

  expect(broken(calm)).toEqual(['team/api:1-1 is of no target']);
});

it('notices a second patch for the same findings, tagged or not', async () => {
  const source = digestOf('the source');
  const annotations = { [Annotation.sourceDigest]: source, [Annotation.fingerprint]: 'f' };
  await put('team/api', undefined, { ...annotations, run: 'one' });
  await put('team/api', undefined, { ...annotations, run: 'two' });

  expect(broken(calm)).toEqual([`team/api ${source} f`]);
});

it('notices a leftover in staging', async () => {
  await put('patchwright/staging/team/api', 's', {});

  expect(broken(calm)).toEqual(['patchwright/staging/team/api']);
});

it('notices a secret', () => {
  const left = [{ where: 'a log', text: 'with a-key in it' }];

  expect(broken({ ...calm, left })).toEqual(['a log']);
});

const COMPLETED = Run.parse({
  id: '20261124T043900Z-86c8',
  state: 'completed',
  trigger: 'schedule',
  dryRun: false,
  createdAt: new Date(0),
  deadline: new Date(0),
  cursorRepository: 0,
  cursorTag: '',
  wake: 1,
  nextAt: new Date(0),
  errors: 0,
  targets: 0,
  active: 0,
  clean: 0,
  patched: 0,
  planned: 0,
  skipped: 0,
  rejected: 0,
  failed: 0,
  canceled: 0,
});

function broken(ending: Ending): string[] {
  return endsWell(ending).flatMap((promised) => promised.broken);
}

async function put(
  repository: string,
  tag: string | undefined,
  annotations: Readonly<Record<string, string>>,
): Promise<void> {
  const name = RepositoryName.parse(repository);
  const config = Buffer.from('{}');
  const digest = await registry.storage.addBlob(name, [config]);
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      config: { mediaType: MediaType.ociConfig, digest, size: config.length },
      layers: [],
      annotations,
    }),
  );
  const manifest = { bytes, mediaType: MediaType.ociManifest, digest: digestOf(bytes) };
  await registry.storage.putManifest(
    name,
    manifest,
    tag === undefined ? undefined : Tag.parse(tag),
  );
}
