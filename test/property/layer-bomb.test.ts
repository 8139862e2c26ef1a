import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { TABLES } from '../../lib/storage/tables.ts';
import { alteredWorld } from './hostile/altered-run.ts';
import { runToItsEnd } from './hostile/run-end.ts';

it('rejects a patch whose layer is a decompression bomb, with the reason', async () => {
  const mebibyte = gzipSync(Buffer.alloc(1024 * 1024));
  const layer = Buffer.concat(Array.from({ length: 128 }, () => mebibyte));
  const world = await alteredWorld();
  world.script = { ...world.script, layer };

  const end = await runToItsEnd(world);

  expect(end).toEqual({
    run: 'completed-with-failures',
    target: 'rejected layer-suspicious',
    lost: [],
  });
  const { entity: target } = world.tables.all(TABLES.targets)[0] ?? {};
  expect(target?.detail).toMatch(/^it grows to more than \d+ times its size$/);
});
