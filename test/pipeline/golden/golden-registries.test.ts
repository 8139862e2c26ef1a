import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { GoldenWorld } from './golden-world.ts';
import { parseRegistries } from './parse-registries.ts';

const text = readFileSync(new URL('registries.txt', import.meta.url), 'utf8');
const registries = parseRegistries(text);

describe('a run over all of them, each with the convention of its own entry', () => {
  let ends: ReadonlyMap<string, string>;
  beforeAll(async () => {
    const world = new GoldenWorld(registries);
    await world.push(registries);
    ends = await world.run();
  });

  it.each(registries.map((golden) => [golden.title, golden] as const))(
    'ends each tag as registries.txt says: %s',
    (_, { repository, tags }) => {
      const found = tags.map(({ tag }) => [tag, ends.get(`${repository}:${tag}`) ?? 'no row']);

      expect(found).toEqual(tags.map(({ tag, expected }) => [tag, expected]));
    },
  );
});

it('has at least 25 registries', () => {
  expect(registries.length).toBeGreaterThanOrEqual(25);
});
