import { visibleText } from '../model/visible-text.ts';

/** Text from outside, such as an image's name. Hidden characters are shown by their numbers. */
export function Name({ text }: { readonly text: string }) {
  return <bdi>{visibleText(text)}</bdi>;
}
