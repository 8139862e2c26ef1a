import { readText } from './infrastructure.ts';

/** Returns the lines `param NAME = VALUE` of the guides. */
export function documentedParameters(): readonly string[] {
  const guides = ['README.md', 'docs/deploy.md', 'docs/operate.md'].map(readText).join('\n');
  const lines = guides.matchAll(/(?:^|`)(param \w+ = [^`\n]+)(?:`|$)/gm);
  return [...lines].map(([, line = '']) => line);
}
