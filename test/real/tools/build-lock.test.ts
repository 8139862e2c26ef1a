import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { underLock } from './build-lock.ts';

describe('the lock of a build', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patchwright-lock-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('admits one process at a time, and informs the waiting one', async () => {
    const path = join(folder, 'tools.lock');
    const waitedFor: number[] = [];
    const order: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const told = new Promise<void>((resolve) => {
      const onWait = (pid: number): void => {
        waitedFor.push(pid);
        resolve();
      };
      void underLock({ path, onWait: () => undefined }, async () => {
        second = underLock({ path, onWait }, async () => {
          order.push('second');
        });
        await held;
        order.push('first');
      });
    });
    let second: Promise<void> = Promise.resolve();
    await told;

    release();
    await second;

    expect(order).toEqual(['first', 'second']);
    expect(waitedFor).toEqual([process.pid]);
  });

  it('is taken over from a dead process', async () => {
    const path = join(folder, 'tools.lock');
    const neverAProcess = 2 ** 22 + 1;
    await writeFile(path, `${neverAProcess}\n`);

    const result = await underLock({ path, onWait: () => undefined }, async () => 'done');

    expect(result).toBe('done');
  });

  it('is released if the work fails', async () => {
    const path = join(folder, 'tools.lock');

    const work = underLock({ path, onWait: () => undefined }, async () => {
      throw new Error('no compiler');
    });

    await expect(work).rejects.toThrow('no compiler');
    expect(await readdir(folder)).toEqual([]);
  });
});
