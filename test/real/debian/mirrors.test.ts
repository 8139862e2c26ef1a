import { describe, expect, it } from 'vitest';
import { deriveMirrors, sourcesList } from './mirrors.ts';

describe('the Debian mirrors of a machine', () => {
  it('are those of the wanted release if the machine has them', () => {
    const targets = [
      'http://mirror.example/debian/ bookworm',
      'http://mirror.example/debian/ bookworm-updates',
      'http://security.example/debian-security/ bookworm-security',
      'https://packages.example/node/ nodistro',
    ].join('\n');

    expect(deriveMirrors(targets)).toEqual({
      main: 'http://mirror.example/debian',
      security: 'http://security.example/debian-security',
    });
  });

  it('are taken from another release of Debian otherwise', () => {
    const targets = [
      'http://other.example/tools/ stable',
      'http://mirror.example/debian/ trixie',
      'http://mirror.example/debian-security/ trixie-security',
    ].join('\n');

    expect(deriveMirrors(targets)).toEqual({
      main: 'http://mirror.example/debian',
      security: 'http://mirror.example/debian-security',
    });
  });

  it('are unknown if no source has security fixes', () => {
    expect(deriveMirrors('http://mirror.example/debian/ bookworm\n')).toBeUndefined();
  });

  it('are the sources of an image, including security fixes', () => {
    const list = sourcesList({ main: 'http://m.example/debian', security: 'http://s.example/sec' });

    expect(list.split('\n')).toEqual([
      'deb http://m.example/debian bookworm main',
      'deb http://m.example/debian bookworm-updates main',
      'deb http://s.example/sec bookworm-security main',
      '',
    ]);
  });
});
