import { UsageError } from '../cli-error.ts';
import { type Command, type CommandSpec, commonOptionsOf } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { bashCompletion, fishCompletion, type Words, zshCompletion } from './completion-scripts.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** The command that prints the completion of these commands and of itself. */
export function completionCommand(others: readonly CommandSpec[]): Command {
  const command: Command = {
    name: 'completion',
    summary: 'Print the completion script of a shell.',
    about: ['SHELL is bash, zsh or fish.'],
    options: [],
    operands: ['SHELL'],
    examples: [
      'completion bash > /etc/bash_completion.d/patchwright',
      'completion zsh > ~/.zfunc/_patchwright',
      'completion fish > ~/.config/fish/completions/patchwright.fish',
    ],
    outputs: ['table'],
    async run({ operands: [shell] }, { stdout }) {
      const script = Object.entries(SCRIPTS).find(([name]) => name === shell)?.[1];
      if (script === undefined) throw new UsageError('SHELL must be bash, zsh or fish');
      stdout.write(script(wordsOf([...others, command])));
      return ExitCode.ok;
    },
  };
  return command;
}

function wordsOf(commands: readonly CommandSpec[]): Words {
  return commands.map((command) => ({
    name: command.name,
    summary: command.summary,
    options: [...command.options, ...commonOptionsOf(command)].map(({ name, about, choices }) => ({
      name,
      about,
      choices: choices ?? [],
    })),
  }));
}
