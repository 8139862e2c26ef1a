import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

/** For texts of ten megabytes at most: so many times what they are. */
const HEAP_MB = 120;

it('parses no text of ten megabytes into more than twelve times as much memory', async () => {
  const answers = new Map<string, boolean>();
  const thread = new Worker(new URL('./hostile/parse-thread.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 32 },
  });
  thread.on('message', ({ name, accepted }) => answers.set(name, accepted));

  // A thread whose heap is full ends with an error.
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
