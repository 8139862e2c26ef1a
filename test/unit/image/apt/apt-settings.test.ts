import { describe, expect, it } from 'vitest';
import { aptSettings, isAptSettings, settingFor } from '../../../../lib/image/apt/apt-settings.ts';

const CONF = 'etc/apt/apt.conf.d/99release';
const PINS = 'etc/apt/preferences.d/pins';
const texts = (path: string, text: string) => aptSettings(path, text).map((one) => one.text);

it.each([
  'etc/apt/apt.conf',
  CONF,
  'etc/apt/apt.conf.d/x.conf',
  'etc/apt/preferences',
  'etc/apt/preferences.d/x.pref',
])('reads %s', (path) => {
  expect(isAptSettings(path)).toBe(true);
});

it.each(['etc/apt/apt.conf.d/x.bak', 'etc/apt/sources.list', 'app/etc/apt/apt.conf'])(
  'does not read %s, as apt',
  (path) => {
    expect(isAptSettings(path)).toBe(false);
  },
);

describe('a default release', () => {
  it.each([
    'APT::Default-Release "bookworm";',
    'APT { Default-Release "bookworm"; };',
    'apt::default-release bookworm;',
  ])('is named for every package: %s', (text) => {
    const settings = aptSettings(CONF, text);

    expect(settingFor(settings, 'libssl3')?.text).toBe(`${CONF}: APT::Default-Release "bookworm"`);
  });

  it.each([
    '// APT::Default-Release "bookworm";',
    '# APT::Default-Release "x";',
    'APT::Default-Release "";',
  ])('is not named if it has no effect: %s', (text) => {
    expect(texts(CONF, text)).toEqual([]);
  });
});

describe('a pin', () => {
  const pin = (name: string, what: string, priority: number | string) =>
    `Explanation: why\nPackage: ${name}\nPin: ${what}\nPin-Priority: ${priority}\n`;

  it.each([
    ['*', 'release n=bookworm', 990],
    ['*', 'release n=bookworm-security', 100],
    ['libssl3', 'version 3.0.11*', 1001],
    ['libssl*', 'release *', -1],
    ['src:openssl libssl3', 'release *', -1],
  ])('of %s to %s with priority %s may hide a fix of libssl3', (name, what, priority) => {
    const settings = aptSettings(
      PINS,
      `\n${pin('bash', 'release x', 990)}\n${pin(name, what, priority)}`,
    );

    expect(settingFor(settings, 'libssl3')?.text).toBe(
      `${PINS}: Package: ${name}, Pin: ${what}, Pin-Priority: ${priority}`,
    );
  });

  it.each([
    ['*', 'release n=bookworm-backports', 100],
    ['*', 'release n=bookworm', 500],
    ['nodejs', 'origin deb.nodesource.com', 990],
    ['libssl3-*', 'release *', -1],
    ['lib*ssl*ssl3', 'release *', -1],
    ['*', 'release *', 'none'],
  ])('of %s to %s with priority %s hides none', (name, what, priority) => {
    const settings = aptSettings(PINS, pin(name, what, priority));

    expect(settingFor(settings, 'libssl3')).toBeUndefined();
  });
});

describe('hostile text', () => {
  it.each([
    [CONF, 'Default-Release', ''],
    [PINS, 'Package:', 'x\rx'],
  ])(
    'of 64 KB of spaces in %s has no setting, found in linear time',
    { timeout: 2000 },
    (...at) => {
      const [path, begin, end] = at;

      expect(texts(path, `${begin}${' '.repeat(64 * 1024)}${end}`)).toEqual([]);
    },
  );

  it('with several spaces in a row is read like one with single spaces', () => {
    expect(texts(CONF, '  APT::Default-Release \t "trixie"  ;')).toHaveLength(1);
    expect(texts(PINS, 'Package:  bash\t zsh\r\nPin: release x\nPin-Priority:\t990')).toEqual([
      `${PINS}: Package: bash zsh, Pin: release x, Pin-Priority: 990`,
    ]);
  });

  it('in a line of more than 1,000 characters is passed over', () => {
    const text = `APT::Default-Release${' '.repeat(1000)}"bookworm";\nAPT::Default-Release "trixie";`;

    expect(texts(CONF, text)).toEqual([`${CONF}: APT::Default-Release "trixie"`]);
  });

  it('with a name of more than 128 characters hides no package of that name', () => {
    const name = 'a'.repeat(129);
    const text = `Package: ${name} bash\nPin: release x\nPin-Priority: 990`;
    const settings = aptSettings(PINS, text);

    expect(settingFor(settings, name)).toBeUndefined();
    expect(settingFor(settings, 'bash')).toBeDefined();
  });
});
