import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { ImageConfig } from '../../../../lib/image/manifest.ts';
import { configChange } from '../../../../lib/image/structure/compare-config.ts';
import { patchedJson, SOURCE_REFERENCE, sourceJson } from './image-samples.ts';

type Config = ReturnType<typeof sourceJson>['config'];

/** Returns the first change between the two configs, after a test changed fields of them. */
function changeOf(
  source: object,
  patched: object,
  options: { readonly addedLayers?: number; readonly sourceReference?: string } = {},
) {
  return configChange({
    source: ImageConfig.parse({ ...sourceJson().config, ...source }),
    patched: ImageConfig.parse({ ...patchedJson().config, ...patched }),
    addedLayers: 1,
    sourceReference: SOURCE_REFERENCE,
    ...options,
  });
}

const SOURCE: Config['config'] = sourceJson().config.config;
const PATCHED = patchedJson().config.config;
const IDS = sourceJson().config.rootfs.diff_ids;

it('finds no change in a config that Copa and BuildKit wrote', () => {
  expect(changeOf({}, {})).toBeUndefined();
});

describe('the creation time', () => {
  it('may be added', () => {
    expect(changeOf({ created: undefined }, {})).toBeUndefined();
    expect(changeOf({ created: null }, {})).toBeUndefined();
  });

  it('must be kept in the same form', () => {
    expect(changeOf({}, { created: '2024-05-01T10:00:00.0Z' })).toBe('created');
    expect(changeOf({}, { created: undefined })).toBe('created');
  });
});

describe('the runtime settings', () => {
  it.each([
    ['with another value', { ...PATCHED, User: '0' }, 'config User'],
    ['that is new', { ...PATCHED, Cmd: ['/bin/sh'] }, 'config Cmd'],
    ['that differs only in case', { ...PATCHED, entrypoint: ['/bin/sh'] }, 'config entrypoint'],
    ['with a longer list', { ...PATCHED, Env: ['PATH=/usr/bin', 'A=1'] }, 'config Env'],
  ])('must have no setting %s', (_, config, change) => {
    expect(changeOf({}, { config })).toBe(change);
  });

  it('must not lack a setting', () => {
    const { User: _, ...config } = PATCHED;

    expect(changeOf({}, { config })).toBe('config User');
  });

  it('may be absent before and after', () => {
    expect(changeOf({ config: undefined }, { config: undefined })).toBeUndefined();
    expect(changeOf({ config: null }, { config: { labels: PATCHED.labels } })).toBeUndefined();
  });
});

describe('the labels', () => {
  const withLabels = (labels: unknown) => ({ config: { ...PATCHED, Labels: labels } });

  it('may be null before and after', () => {
    expect(changeOf({ config: { ...SOURCE, Labels: null } }, withLabels(null))).toBeUndefined();
  });

  it.each([
    [{ team: 'payments', other: 'x' }, 'label other'],
    [{ team: 'other' }, 'label team'],
    [null, 'label team'],
  ])('must not become %o', (labels, change) => {
    expect(changeOf({}, withLabels(labels))).toBe(change);
  });

  it.each(['Labels', 'labels'])('may contain the patched image as BaseImage under %s', (key) => {
    const named = { ...(key === 'Labels' && SOURCE.Labels), BaseImage: SOURCE_REFERENCE };

    expect(changeOf({}, { config: { ...PATCHED, [key]: named } })).toBeUndefined();
  });

  it.each(['Labels', 'labels'])('must not contain another image as BaseImage under %s', (key) => {
    const named = { ...(key === 'Labels' && SOURCE.Labels), BaseImage: 'docker.io/evil:1' };

    expect(changeOf({}, { config: { ...PATCHED, [key]: named } })).toBe(
      'label BaseImage names another image than the source',
    );
  });

  it('may contain any image if the reference given to Copa is unknown', () => {
    const config = { ...PATCHED, labels: { BaseImage: 'any' } };
    const options = { source: ImageConfig.parse(sourceJson().config), addedLayers: 1 };
    const patched = ImageConfig.parse({ ...patchedJson().config, config });

    expect(configChange({ ...options, patched, sourceReference: undefined })).toBeUndefined();
  });

  it('may lack the BaseImage of the source, and must not keep it', () => {
    const labels = { BaseImage: 'reg.azurecr.io/older' };
    const source = { config: { ...SOURCE, labels } };

    expect(changeOf(source, { config: PATCHED })).toBeUndefined();
    expect(changeOf(source, { config: { ...PATCHED, labels: {} } })).toBeUndefined();
    expect(changeOf(source, { config: { ...PATCHED, labels } })).toBe(
      'label BaseImage names another image than the source',
    );
  });
});

describe('rootfs', () => {
  const rootfs = (diffIds: readonly string[], more: object = {}) => ({
    rootfs: { type: 'layers', diff_ids: diffIds, ...more },
  });
  const PATCH_ID = digestOf('patch-tar');

  it.each([
    ['lacks an id', rootfs(IDS), 'rootfs.diff_ids'],
    ['has one id too many', rootfs([...IDS, PATCH_ID, PATCH_ID]), 'rootfs.diff_ids'],
    ['has its ids in another order', rootfs([...IDS.toReversed(), PATCH_ID]), 'rootfs.diff_ids'],
    ['has a changed id', rootfs([PATCH_ID, ...IDS.slice(1), PATCH_ID]), 'rootfs.diff_ids'],
    ['has another type', rootfs([...IDS, PATCH_ID], { type: 'other' }), 'rootfs'],
    ['has another field', rootfs([...IDS, PATCH_ID], { extra: 1 }), 'rootfs'],
  ])('is refused if it %s', (_, patched, change) => {
    expect(changeOf({}, patched)).toBe(change);
  });

  it('may keep or lose another field of the source, but not change it', () => {
    const source = rootfs(IDS, { extra: 1 });

    expect(changeOf(source, rootfs([...IDS, PATCH_ID], { extra: 1 }))).toBeUndefined();
    expect(changeOf(source, rootfs([...IDS, PATCH_ID]))).toBeUndefined();
    expect(changeOf(source, rootfs([...IDS, PATCH_ID], { extra: 2 }))).toBe('rootfs');
  });

  it('may have no ids and no history if no layer was added', () => {
    const none = { rootfs: { type: 'layers' }, history: undefined };

    expect(changeOf(none, none, { addedLayers: 0 })).toBeUndefined();
    expect(changeOf(none, none, { addedLayers: 1 })).toBe('rootfs.diff_ids');
  });

  it('may have ids of added layers alone if the source has none', () => {
    const patched = { ...rootfs([PATCH_ID]), history: [] };

    expect(changeOf({ rootfs: { type: 'layers' }, history: [] }, patched)).toBeUndefined();
  });
});

describe('the history', () => {
  it('is compared with that of the source', () => {
    expect(changeOf({}, { history: [] })).toBe('history entry 0');
  });

  it('may be absent before and after', () => {
    expect(changeOf({ history: undefined }, { history: undefined })).toBeUndefined();
  });

  it('may have one entry for each layer if the source has none', () => {
    const entries = [1, 2, 3].map((at) => ({ created_by: `layer ${at}` }));
    const tooMany = [...entries, { created_by: 'another' }];

    expect(changeOf({ history: undefined }, { history: entries })).toBeUndefined();
    expect(changeOf({ history: undefined }, { history: tooMany })).toMatch(/too many/);
  });
});

describe('any other field', () => {
  it.each([
    ['with another value', { os: 'windows' }, 'image os'],
    ['that is new', { Config: { User: '0' } }, 'image Config'],
  ])('%s is refused', (_, patched, change) => {
    expect(changeOf({}, patched)).toBe(change);
  });

  it('is named without characters that could forge a line, and shortened', () => {
    const change = changeOf({}, { [`a\n\u202eb${'x'.repeat(500)}`]: 1 });

    expect(change).toMatch(/^image a.{1,2}bx+…$/);
    expect(change?.length).toBeLessThanOrEqual('image '.length + 128);
  });
});
