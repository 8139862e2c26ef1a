import { readFileSync } from 'node:fs';

/** A question of docs/history.md with its command, exactly as printed. */
export interface DocumentedQuestion {
  readonly question: string;
  readonly command: string;
}

const PAGE = new URL('../../docs/history.md', import.meta.url);
const NUMBERED_HEADING = /^#### \d+\. /m;
const COMMAND = /^```sh\n(?<command>az .*?)^```$/ms;

/** The command that reads an archive, exactly as printed. */
export function documentedArchiveCommand(): string {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split('## Archived runs\n');
  const command = COMMAND.exec(section)?.groups?.command;
  if (command === undefined) throw new Error('docs/history.md has no command for an archive');
  return command;
}

/** Throws if a question of the page has no command. */
export function documentedQuestions(): readonly DocumentedQuestion[] {
  const [, ...sections] = readFileSync(PAGE, 'utf8').split(NUMBERED_HEADING);
  return sections.map((section) => {
    const question = section.slice(0, section.indexOf('\n'));
    const command = COMMAND.exec(section)?.groups?.command;
    if (command === undefined) throw new Error(`docs/history.md has no command for: ${question}`);
    return { question, command };
  });
}
