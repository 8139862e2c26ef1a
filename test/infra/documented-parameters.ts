import { readText } from './infrastructure.ts';

/** The lines for a parameter file that the guides write, `param NAME = VALUE`. */
export function documentedParameters(): readonly string[] {
  const guides = ['README.md', 'docs/deploy.md', 'docs/operate.md'].map(readText).join('\n');
  const lines = guides.matchAll(/(?:^|`)(param \w+ = [^`\n]+)(?:`|$)/gm);
  return [...lines].map(([, line = '']) => line);
}
