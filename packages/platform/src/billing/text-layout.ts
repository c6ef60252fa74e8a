/** Text for print: lines that fit, and runs of one font. Pure. */

export interface Run<F> {
  readonly font: F;
  readonly text: string;
}

/** Breaks after spaces where it can, between characters where it must. `fits` tells whether a line is narrow enough. */
export function breakText(text: string, fits: (line: string) => boolean): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.match(/[^\s]+\s*|\s+/g) ?? []) {
    if (fits(line + word.trimEnd())) {
      line += word;
      continue;
    }
    if (line !== "" && fits(word.trimEnd())) {
      lines.push(line.trimEnd());
      line = word;
      continue;
    }
    for (const character of word) {
      if (line !== "" && !fits(line + character.trimEnd())) {
        lines.push(line.trimEnd());
        line = "";
      }
      line += character;
    }
  }
  if (line !== "") lines.push(line.trimEnd());
  return lines.length === 0 ? [""] : lines;
}

/** Cuts text where the font changes; characters that a font only joins (marks, joiners) stay with the run before them. */
export function cutRuns<F>(text: string, fontOf: (character: string) => F): Run<F>[] {
  const runs: { font: F; text: string }[] = [];
  for (const character of text.normalize("NFC")) {
    const last = runs.at(-1);
    const font = last !== undefined && /[\p{Mark}\p{Join_Control}]/u.test(character) ? last.font : fontOf(character);
    if (last !== undefined && last.font === font) last.text += character;
    else runs.push({ font, text: character });
  }
  return runs;
}
