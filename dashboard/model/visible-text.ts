/** Control, format, private-use and separator characters: they hide text or change its order. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Shows each hidden character by its number, so that a name can't look like another one. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const number = character.codePointAt(0) ?? 0;
    return `[U+${number.toString(16).toUpperCase().padStart(4, '0')}]`;
  });
}
