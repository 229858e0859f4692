const codes = { title: '32;1', error: '31', warning: '33', verbose: '36' } as const

/** Text in a colour for its purpose, or as it is where colours are not wanted. */
export function coloured(text: string, purpose: keyof typeof codes, colour: boolean): string {
  if (!colour) return text
  // Each line for itself, so that a pager or a cut line leaves no colour behind.
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `\x1b[${codes[purpose]}m${line}\x1b[0m`))
    .join('\n')
}

/** The colours that Write-Host knows. */
export const colourNames = [
  ...(['Black', 'DarkRed', 'DarkGreen', 'DarkYellow'] as const),
  ...(['DarkBlue', 'DarkMagenta', 'DarkCyan', 'Gray'] as const),
  ...(['DarkGray', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'] as const),
] as const

export type ColourName = (typeof colourNames)[number]

/** Colours that a text asks for. */
export interface Colours {
  readonly foreground?: ColourName | undefined
  readonly background?: ColourName | undefined
}

/** Text in the colours asked for. The terminal's own numbers follow the order of the names. */
export function painted(text: string, { foreground, background }: Colours): string {
  const code = (name: ColourName | undefined, [plain, bright]: readonly [number, number]) => {
    if (name === undefined) return []
    const at = colourNames.indexOf(name)
    return [at < 8 ? plain + at : bright + at - 8]
  }
  const codes = [...code(foreground, [30, 90]), ...code(background, [40, 100])]
  return codes.length === 0 || text === '' ? text : `\x1b[${codes.join(';')}m${text}\x1b[0m`
}
