import { afterAll, expect, it } from 'vitest';
import { startAzOnNights } from './az-on-nights.ts';
import { documentedQuestions } from './documented-questions.ts';
import { KNOWN_ANSWERS } from './known-answers.ts';
import { printedRows } from './printed-rows.ts';

const questions = documentedQuestions();
const az = await startAzOnNights();
afterAll(() => az.close());

it.concurrent.each(questions)('az answers: $question', async ({ question, command }) => {
  const output = await az.run(command);

  expect(printedRows(command, output)).toEqual(KNOWN_ANSWERS[question]);
});

it('the page has at least 25 questions, and each known answer has one', () => {
  expect(questions.length).toBeGreaterThanOrEqual(25);
  expect(Object.keys(KNOWN_ANSWERS).toSorted()).toEqual(
    questions.map(({ question }) => question).toSorted(),
  );
});
