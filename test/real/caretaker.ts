import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Caretaker {
  /** Ends what still works in the folder, and removes it. */
  cleanUp(): Promise<void>;
}

/**
 * Looks after a folder that processes of root's work in and mount on: it is cleaned up even where
 * this process is killed and cleans up nothing, as by Ctrl+C in the middle of a test. That takes
 * another process, which notices the end of this one by the end of its own input.
 */
export function startCaretaker(folder: string): Caretaker {
  const program = fileURLToPath(new URL('./caretaker-main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    // Out of the terminal's reach, and without the folder in its own environment.
    detached: true,
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.write(folder);
  const ended = once(child, 'exit');
  child.unref();
  return {
    async cleanUp() {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
