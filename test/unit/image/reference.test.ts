import { expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import {
  formatPinned,
  formatTagged,
  PinnedImage,
  RegistryHost,
  RepositoryName,
  Tag,
} from '../../../lib/image/reference.ts';

it.each<readonly [string, boolean]>([
  ['api', true],
  ['team/api', true],
  ['a.b_c__d-e--f/0', true],
  ['a'.repeat(255), true],
  ['a'.repeat(256), false],
  ['', false],
  ['Team/api', false],
  ['/api', false],
  ['api/', false],
  ['a//b', false],
  ['a..b', false],
  ['a___b', false],
  ['-a', false],
  ['a/../b', false],
  ['a:1', false],
  ['a\n', false],
])('decides whether %j is a repository: %s', (name, valid) => {
  expect(RepositoryName.safeParse(name).success).toBe(valid);
});

it.each<readonly [string, boolean]>([
  ['1.4', true],
  ['_A.b-c', true],
  ['t'.repeat(128), true],
  ['t'.repeat(129), false],
  ['', false],
  ['.1', false],
  ['-1', false],
  ['a/b', false],
  ['a:b', false],
  ['a\n', false],
])('decides whether %j is a tag: %s', (tag, valid) => {
  expect(Tag.safeParse(tag).success).toBe(valid);
});

it.each<readonly [string, boolean]>([
  ['myregistry.azurecr.io', true],
  ['localhost:5000', true],
  ['r', true],
  ['https://myregistry.azurecr.io', false],
  ['MyRegistry.azurecr.io', false],
  ['registry.', false],
  ['registry:', false],
  ['registry:123456', false],
  ['registry/path', false],
  ['user@registry', false],
])('decides whether %j is a registry: %s', (host, valid) => {
  expect(RegistryHost.safeParse(host).success).toBe(valid);
});

it('formats an image by its digest and by a tag', () => {
  const host = RegistryHost.parse('r.azurecr.io');
  const digest = digestOf('x');
  const image = PinnedImage.parse({ repository: 'team/api', digest });

  expect(formatPinned(host, image)).toBe(`r.azurecr.io/team/api@${digest}`);
  expect(formatTagged(host, image.repository, Tag.parse('1.4'))).toBe('r.azurecr.io/team/api:1.4');
});
