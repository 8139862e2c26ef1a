import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

/** Allowed memory for texts of at most ten megabytes, as a multiple of their size. */
const HEAP_MB = 120;

it('parses a text of ten megabytes within twelve times its memory', async () => {
  const answers = new Map<string, boolean>();
  const thread = new Worker(new URL('./hostile/parse-thread.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 32 },
  });
  thread.on('message', ({ name, accepted }) => answers.set(name, accepted));

  // A thread with a full heap ends with an error.
  const end = await new Promise((resolve) => {
    thread.on('error', resolve);
    thread.on('exit', resolve);
  });

  expect({ end, answers: Object.fromEntries(answers) }).toEqual({
    end: 0,
    answers: {
      'report of numbers': false,
      'report of empty findings': false,
      'report of a long title': true,
      'report of a long unknown': true,
      'policy of numbers': false,
      'policy of unknown keys': false,
      'config of numbers': false,
      'config of labels': false,
      'manifest of annotations': false,
      'result of tools': false,
      'result of images': false,
    },
  });
});
