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
