import { expect, it } from 'vitest';
import { readAptSettings } from '../../../../lib/image/apt/read-apt-settings.ts';
import { streamOf, type TarEntry, tarOf } from '../layer/layer-samples.ts';

const CONF = 'etc/apt/apt.conf.d/99release';
const never = () => false;

function layerWith(...entries: readonly TarEntry[]) {
  return async () => streamOf(await tarOf(entries));
}

const setting = (release: string) => ({
  name: CONF,
  text: `APT::Default-Release "${release}";\n`,
});
const said = (release: string) => ({
  text: `${CONF}: APT::Default-Release "${release}"`,
  packages: [['', '']],
});

it('takes a file as the highest layer has it', async () => {
  const layers = [layerWith(setting('trixie')), layerWith(setting('bookworm'))];

  expect(await readAptSettings(layers, never)).toEqual([said('trixie')]);
});

it.each([
  'etc/apt/apt.conf.d/.wh.99release',
  'etc/apt/apt.conf.d/.wh..wh..opq',
  'etc/apt/.wh.apt.conf.d',
  'etc/.wh.apt',
])('takes no file that a higher layer deletes by %s', async (name) => {
  const layers = [layerWith({ name }), layerWith(setting('bookworm'))];

  expect(await readAptSettings(layers, never)).toEqual([]);
});

it('keeps a file that the layer with the deletion adds', async () => {
  const layers = [
    layerWith({ name: 'etc/apt/apt.conf.d/.wh..wh..opq' }, setting('trixie')),
    layerWith(setting('bookworm')),
  ];

  expect(await readAptSettings(layers, never)).toEqual([said('trixie')]);
});

it('passes over a layer that is missing or no archive', async () => {
  const layers = [
    async () => undefined,
    async () => streamOf(Buffer.from('no archive')),
    layerWith(setting('bookworm')),
  ];

  expect(await readAptSettings(layers, never)).toEqual([said('bookworm')]);
});

it('reads only the beginning of a very large file', async () => {
  const text = `${'#\n'.repeat(40_000)}APT::Default-Release "bookworm";\n`;

  expect(await readAptSettings([layerWith({ name: CONF, text })], never)).toEqual([]);
});

it('opens no layer when the time is over', async () => {
  expect(await readAptSettings([layerWith(setting('bookworm'))], () => true)).toEqual([]);
});

it('takes no more settings once they name 1,000 packages', async () => {
  const names = Array.from({ length: 300 }, () => 'a').join(' ');
  const files = Array.from({ length: 100 }, (_, at) => ({
    name: `etc/apt/preferences.d/p${at}`,
    text: `Package: ${names}\nPin: release a=x\nPin-Priority: 900\n`,
  }));

  const settings = await readAptSettings([layerWith(...files)], never);

  expect(settings.flatMap(({ packages }) => packages)).toHaveLength(900);
});

it.each([
  ['passes over a download that stalls until no more time may be spent', true],
  ['throws the error of a download that fails in time', false],
])('%s', async (_, isOver) => {
  let isLate = false;
  const failing = async () => {
    isLate = isOver;
    throw new Error('aborted');
  };

  const reading = readAptSettings([failing], () => isLate).catch(() => 'thrown');

  expect(await reading).toEqual(isOver ? [] : 'thrown');
});
