import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Caretaker {
  /** Ends all processes in the folder and deletes it. */
  cleanUp(): Promise<void>;
}

/**
 * Guards a folder in which root's processes work and mount: it is cleaned up even if this process is
 * killed, for example by Ctrl+C in a test. A second process does this, which detects the end of this
 * one by the end of its input.
 */
export function startCaretaker(folder: string): Caretaker {
  const program = fileURLToPath(new URL('./caretaker-main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    // It gets no signals of the terminal, and its own environment does not name the folder.
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
