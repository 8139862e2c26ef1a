import { afterAll, expect, it } from 'vitest';
import { startAzOnNights } from './az-on-nights.ts';
import { documentedArchiveCommand, documentedQuestions } from './documented-questions.ts';
import { KNOWN_ANSWERS } from './known-answers.ts';
import { printedRows } from './printed-rows.ts';

const questions = documentedQuestions();
const az = await startAzOnNights();
afterAll(() => az.close());

it.concurrent.each(questions)('az answers: $question', async ({ question, command }) => {
  const output = await az.run(command);

  expect(printedRows(command, output)).toEqual(KNOWN_ANSWERS[question]);
});

it('az downloads the archive of a run, and jq prints its images', async () => {
  const lines = (await az.run(documentedArchiveCommand())).trimEnd().split('\n');

  expect(lines.map((line) => JSON.parse(line)).sort((a, b) => a.tag.localeCompare(b.tag))).toEqual(
    ['v0', 'v1', 'v2'].map((tag) =>
      expect.objectContaining({ repository: 'team/api', tag, state: 'clean' }),
    ),
  );
});

it('the page has at least 25 questions, and each known answer has one', () => {
  expect(questions.length).toBeGreaterThanOrEqual(25);
  expect(Object.keys(KNOWN_ANSWERS).toSorted()).toEqual(
    questions.map(({ question }) => question).toSorted(),
  );
});
