import { execFileSync } from 'node:child_process';
import { bicepEnvironment } from './bicep-compiler.ts';
import { findCompiler } from './find-compiler.ts';

/** Prints which compiler is used, or why there is none and every test is skipped. */
export default function sayCompiler(): void {
  const found = findCompiler(process.env);
  console.log(
    found.found
      ? `${found.path}: ${execFileSync(found.path, ['--version'], { encoding: 'utf8', env: bicepEnvironment() }).trim()}`
      : `not run: ${found.why}`,
  );
}
